import { createHandler, Handler, traced, Traced } from 'fc-traced';
import { expectTrace, invoke, recordTraces } from 'fc-traced/testing';

const traces = recordTraces();
afterEach(() => traces.clear());
afterAll(() => traces.stop());

async function inInvocation<T>(work: () => T): Promise<Awaited<T>> {
  @Handler({ name: 'h' })
  class H {
    handle(): T {
      return work();
    }
  }
  return (await invoke(createHandler(H).handler)) as Awaited<T>;
}

test('an object whose then takes other arguments than callbacks is not changed', async () => {
  const schema = { min: (n: number) => `min ${n}` };
  const rule = traced(function rule() {
    return { is: true, then: (given: typeof schema) => given.min(5) };
  });
  expect(await inInvocation(() => ({ min: rule().then(schema), keys: Object.keys(rule()) }))).toEqual({
    min: 'min 5',
    keys: ['is', 'then'],
  });
});

test('a traced then passes on all arguments, those of its caller and those of its callbacks', async () => {
  const query = traced(function query() {
    return {
      then(fulfilled: (...values: unknown[]) => unknown, _rejected: unknown, progress: (part: number) => void) {
        progress(50);
        return fulfilled(1, 'success');
      },
    };
  });
  const seen = await inInvocation(() => {
    const parts: unknown[] = [];
    const { then } = query();
    const answered = then(
      (...values) => parts.push(...values),
      undefined,
      (part) => parts.push(part),
    );
    return { parts, answered };
  });
  expect(seen.parts).toEqual([50, 1, 'success']);
});

test('an iterator with enumerable methods keeps them enumerable', async () => {
  const count = traced(function count() {
    let i = 0;
    return {
      next: () => ({ done: i > 1, value: i++ }),
      [Symbol.iterator]() {
        return this;
      },
    };
  });
  expect(await inInvocation(() => ({ keys: Object.keys(count()), values: [...count()] }))).toEqual({
    keys: ['next'],
    values: [0, 1],
  });
});

test('a generator that steps itself while it runs continues, and its span is not marked as failed', async () => {
  let self: Generator<number>;
  const steps = traced(function* steps(): Generator<number> {
    try {
      self.next();
    } catch {
      yield 1;
    }
    yield 2;
  });
  expect(await inInvocation(() => [...(self = steps())])).toEqual([1, 2]);
  expectTrace(traces.only()).toMatchTree({ name: 'h', children: [{ name: 'steps', status: 'UNSET', events: [] }] });
});

test('@Traced() on a class does not wrap constructors in static members', () => {
  function Schema(this: { x: number }, x: number): void {
    this.x = x;
  }
  @Traced()
  class Users {
    static Model: any = Schema;
    static Store: any = Map;
    static Failure = TypeError;
    static find(): number {
      return 1;
    }
  }
  expect([Users.Model, Users.Store, Users.Failure]).toEqual([Schema, Map, TypeError]);
  expect(new Users.Model(3).x).toBe(3);
  expect(Users.find()).toBe(1);
});

test('a recursion of moderate depth does not overflow the stack when it is traced', async () => {
  class Walker {
    @Traced()
    walk(n: number): number {
      return n === 0 ? 0 : 1 + this.walk(n - 1);
    }
  }
  expect(await inInvocation(() => new Walker().walk(600))).toBe(600);
});
