import { currentSpan, FcTracedError, traced } from 'fc-traced';
import { expectTrace, recordTraces } from 'fc-traced/testing';

const traces = recordTraces();
afterEach(() => traces.clear());
afterAll(() => traces.stop());

test('a plain function makes a span under its own name, or the one given', () => {
  const price = traced(function price(items: number): number {
    return items * 3;
  });
  const named = traced((items: number) => price(items), 'named');
  expect(named(2)).toBe(6);
  expectTrace(traces.only()).toMatchTree('named\n  price');
});

test("its arguments, result, this and errors are the function's own", async () => {
  const error = new Error('mine');
  const own = {
    rate: 2,
    price: traced(function (this: { rate: number }, items: number): number {
      return items * this.rate;
    }, 'price'),
  };
  expect(own.price(4)).toBe(8);
  const fails = traced(async function fails(): Promise<never> {
    throw error;
  });
  await expect(fails()).rejects.toBe(error);
  expect(traces.spans().map(({ name, status }) => [name, status.code])).toEqual([
    ['price', 'UNSET'],
    ['fails', 'ERROR'],
  ]);
});

test('it takes every option of @Traced for methods', () => {
  const take = traced((sku: string) => sku.length, {
    name: 'take',
    kind: 'client',
    attributes: (sku) => ({ sku }),
    resultAttributes: (length) => ({ length }),
  });
  take('pot');
  expect(traces.spans()[0]).toMatchObject({ name: 'take', kind: 'client', attributes: { sku: 'pot', length: 3 } });
});

test('name, length and own properties stay; the given function is left as it was', () => {
  const given = Object.assign(
    function price(_a: number, _b: number): boolean {
      return currentSpan().isRecording();
    },
    { version: 7 },
  );
  const made = traced(given);
  expect([made.name, made.length, made.version]).toEqual(['price', 2, 7]);
  expect([given(1, 2), made(1, 2)]).toEqual([false, true]);
});

test('a generator function gives a generator, whose span ends with it', () => {
  const items = traced(function* items(): Generator<number> {
    yield 1;
    yield 2;
  });
  const iterator = items();
  iterator.next();
  expect(traces.spans()).toHaveLength(0);
  expect([...iterator]).toEqual([2]);
  expect(traces.spans().map(({ name }) => name)).toEqual(['items']);
});

test('twice around a function makes one span, and the outer name counts', () => {
  const twice = traced(
    traced(() => 1, 'inner'),
    'outer',
  );
  expect(twice()).toBe(1);
  expect(traces.spans().map(({ name }) => name)).toEqual(['outer']);
});

test('the last argument as callback ends the span when it is called', async () => {
  const load = traced(
    (id: number, done: (error: Error | null, value?: string) => void) => void setTimeout(done, 5, null, `row ${id}`),
    { name: 'load', callback: true, resultAttributes: (value: unknown) => ({ value }) },
  );
  const value = await new Promise((resolve) => load(7, (_, row) => resolve(row)));
  expect(value).toBe('row 7');
  expect(traces.spans()[0]!.attributes).toEqual({ value: 'row 7' });
});

test.each<[string, () => unknown, string, string]>([
  [
    'a class',
    () => traced(class Orders {} as never),
    'INVALID_TARGET',
    'traced() takes a function, not the class Orders. [INVALID_TARGET]',
  ],
  [
    'no function',
    () => traced('text' as never),
    'INVALID_TARGET',
    'traced() takes a function, not a value of type string. [INVALID_TARGET]',
  ],
  [
    'a function without a name',
    () =>
      traced(
        (
          () => () =>
            1
        )(),
      ),
    'INVALID_OPTION',
    'traced() requires a name for an anonymous function: pass one as the second argument. [INVALID_OPTION]',
  ],
  [
    'an unknown option',
    () => traced(() => 1, { nmae: 'x' } as never),
    'INVALID_OPTION',
    '@Traced has no option "nmae". Its options are name, nameFromInstanceClass, kind, attributes, resultAttributes, links, expectedErrors, root, callback, countStream; on a class: kind, nameFromInstanceClass, expectedErrors, filter. [INVALID_OPTION]',
  ],
])('%s is refused at once', (_, make, code, message) => {
  let error: unknown;
  try {
    make();
  } catch (caught) {
    error = caught;
  }
  expect(error).toBeInstanceOf(FcTracedError);
  expect(error).toMatchObject({ code, message });
});
