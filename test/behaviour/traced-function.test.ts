import { currentSpan, FcTracedError, traced } from 'fc-traced';
import { expectTrace, recordTraces } from 'fc-traced/testing';

const traces = recordTraces();
afterEach(() => traces.clear());
afterAll(() => traces.stop());

test('the span of a function has its name or the name that is passed', () => {
  const price = traced(function price(items: number): number {
    return items * 3;
  });
  const named = traced((items: number) => price(items), 'named');
  expect(named(2)).toBe(6);
  expectTrace(traces.only()).toMatchTree('named\n  price');
});

test('arguments, result, this and errors of the function are unchanged', async () => {
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

test('it takes the options of @Traced for methods', () => {
  const take = traced((sku: string) => sku.length, {
    name: 'take',
    kind: 'client',
    attributes: (sku) => ({ sku }),
    resultAttributes: (length) => ({ length }),
  });
  take('pot');
  expect(traces.spans()[0]).toMatchObject({ name: 'take', kind: 'client', attributes: { sku: 'pot', length: 3 } });
});

test('name, length and own properties are kept; the original function is not changed', () => {
  const original = Object.assign(
    function price(_a: number, _b: number): boolean {
      return currentSpan().isRecording();
    },
    { version: 7 },
  );
  const wrapped = traced(original);
  expect([wrapped.name, wrapped.length, wrapped.version]).toEqual(['price', 2, 7]);
  expect([original(1, 2), wrapped(1, 2)]).toEqual([false, true]);
});

test('the span of a generator function ends with the generator', () => {
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

test('a function that is wrapped twice has one span with the outer name', () => {
  const twice = traced(
    traced(() => 1, 'inner'),
    'outer',
  );
  expect(twice()).toBe(1);
  expect(traces.spans().map(({ name }) => name)).toEqual(['outer']);
});

test('with the option callback, the span ends when the last argument is called', async () => {
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
    'not a function',
    () => traced('text' as never),
    'INVALID_TARGET',
    'traced() takes a function, not a value of type string. [INVALID_TARGET]',
  ],
  [
    'an anonymous function',
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
])('traced() throws: %s', (_, make, code, message) => {
  let error: unknown;
  try {
    make();
  } catch (caught) {
    error = caught;
  }
  expect(error).toBeInstanceOf(FcTracedError);
  expect(error).toMatchObject({ code, message });
});
