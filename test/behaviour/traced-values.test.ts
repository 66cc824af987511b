import { Traced } from 'fc-traced';
import { expectTrace, recordTraces } from 'fc-traced/testing';
import { setTimeout as pause } from 'node:timers/promises';

const traces = recordTraces();
afterEach(() => traces.clear());
afterAll(() => traces.stop());

const shared = Promise.resolve(7);
const object = { id: 7 };
class Values {
  readonly own = 'own';
  @Traced()
  sync(given: unknown): unknown {
    return given;
  }
  @Traced()
  promise(): Promise<number> {
    return shared;
  }
  @Traced()
  async async(millis: number): Promise<object> {
    await pause(millis);
    return object;
  }
  @Traced()
  self(...args: unknown[]): unknown[] {
    return [this, this.own, ...args];
  }
}
const values = new Values();

test.each([undefined, null, 0, '', 'text', false, 7n, Symbol.for('s'), Number.NaN])(
  'a sync method stays sync and returns the same primitive: %p',
  (given) => {
    expect(Object.is(values.sync(given), given)).toBe(true);
    expectTrace(traces.only()).toMatchTree({ name: 'Values.sync', kind: 'internal', status: 'UNSET', events: [] });
  },
);

test.each([
  [object],
  [[1, 2]],
  [() => 1],
  [new Map()],
  [new Date()],
  [Buffer.from('x')],
  [/x/],
  [Object.freeze({})],
  [class {}],
])('a sync method returns the same object, and its span ends immediately: %p', (given) => {
  expect(values.sync(given)).toBe(given);
  expect(traces.spans()).toHaveLength(1);
});

test('a method that is not async returns the same promise, and its span ends when the promise settles', async () => {
  const answer = values.promise();
  expect(answer).toBe(shared);
  expect(traces.spans()).toEqual([]);
  expect(await answer).toBe(7);
  expectTrace(traces.only()).toMatchTree({ name: 'Values.promise', status: 'UNSET' });
});

test('the promise of an async method is fulfilled with the same value, and its span lasts as long as the work', async () => {
  const answer = values.async(30);
  expect(answer).toBeInstanceOf(Promise);
  expect(await answer).toBe(object);
  const [span] = traces.spans();
  expect(Number(span!.endNanos - span!.startNanos) / 1e6).toBeGreaterThanOrEqual(25);
  expectTrace(traces.only()).toMatchTree({ name: 'Values.async', status: 'UNSET' });
});

test('this and all arguments are passed to the method, also too many and none', () => {
  expect(values.self(1, object, undefined)).toEqual([values, 'own', 1, object, undefined]);
  expect(values.self()).toHaveLength(2);
  const borrowed = { own: 'borrowed' };
  expect(Reflect.apply(values.self, borrowed, [])).toEqual([borrowed, 'borrowed']);
});

test('in a method that is called without an object, this is undefined', () => {
  class Loose {
    @Traced()
    self(): unknown {
      return this;
    }
  }
  const { self } = new Loose();
  expect(self()).toBeUndefined();
});

test('calls of traced methods are a tree: nested, in parallel, and after an await', async () => {
  class Tree {
    @Traced('leaf')
    async leaf(millis: number): Promise<void> {
      await pause(millis);
    }
    @Traced('branch')
    async branch(): Promise<void> {
      await Promise.all([this.leaf(5), this.leaf(1)]);
      await pause(1);
      await this.leaf(1);
    }
    @Traced('root')
    async all(): Promise<void> {
      await this.branch();
      await this.leaf(1);
    }
  }
  await new Tree().all();
  expectTrace(traces.only()).toMatchTree({
    name: 'root',
    children: [{ name: 'branch', children: [{ name: 'leaf' }, { name: 'leaf' }, { name: 'leaf' }] }, { name: 'leaf' }],
  });
});
