import { Traced } from 'fc-traced';
import { recordTraces } from 'fc-traced/testing';
import type { SpanRecord } from 'fc-traced/testing';

const traces = recordTraces();
afterEach(() => traces.clear());
afterAll(() => traces.stop());

class Fails {
  @Traced()
  with(error: unknown): never {
    throw error;
  }
}
function spanOf(error: unknown): SpanRecord {
  let caught: unknown;
  try {
    new Fails().with(error);
  } catch (thrown) {
    caught = thrown;
  }
  expect(caught).toBe(error);
  return traces.spans().at(-1)!;
}
function stackOf(error: unknown): string {
  const events = spanOf(error).events;
  expect(events.map(({ name }) => name)).toEqual(['exception']);
  return events[0]!.attributes['exception.stacktrace'] as string;
}
const count = (text: string, part: string): number => text.split(part).length - 1;

test('the stack continues with the causes, each with a heading', () => {
  const stack = stackOf(new Error('outer', { cause: new TypeError('middle', { cause: 'the root' }) }));
  expect(stack).toMatch(
    /^Error: outer\n {4}at [\s\S]+\nCaused by: TypeError: middle\n {4}at [\s\S]+\nCaused by: string: the root$/,
  );
});

test('the stack of an AggregateError continues with its errors and their causes', () => {
  const stack = stackOf(
    new AggregateError([new Error('first', { cause: new Error('deep') }), new RangeError('second')], 'both', {
      cause: new Error('why'),
    }),
  );
  const order = [
    'AggregateError: both',
    '[errors 0]: Error: first',
    'Caused by: Error: deep',
    '[errors 1]: RangeError: second',
    'Caused by: Error: why',
  ].map((words) => stack.indexOf(words));
  expect(order).not.toContain(-1);
  expect(order).toEqual([...order].sort((a, b) => a - b));
});

test('the stack of an error of Promise.any continues with all its errors', async () => {
  const aggregate: unknown = await Promise.any([
    Promise.reject(new Error('left')),
    Promise.reject(new Error('right')),
  ]).catch((error: unknown) => error);
  expect(stackOf(aggregate)).toMatch(/\[errors 0\]: Error: left[\s\S]+\[errors 1\]: Error: right/);
});

test('circular causes are recorded once', () => {
  const one = new Error('one');
  const two = new Error('two', { cause: one });
  one.cause = two;
  const stack = stackOf(one);
  expect([count(stack, 'Error: one'), count(stack, 'Error: two')]).toEqual([1, 1]);
  const self = new AggregateError([], 'self');
  self.errors.push(self);
  self.cause = self;
  expect(count(stackOf(self), 'AggregateError: self')).toBe(1);
});

test('a chain is limited to eight errors, and so is an AggregateError', () => {
  let chain = new Error('number 0');
  for (let index = 1; index <= 100; index += 1) chain = new Error(`number ${index}`, { cause: chain });
  expect(count(stackOf(chain), 'Caused by: ')).toBe(7);
  expect(
    count(
      stackOf(new AggregateError(Array.from({ length: 100_000 }, (_, index) => new Error(`number ${index}`)))),
      '[errors ',
    ),
  ).toBe(7);
});

test('message and stack are truncated on the span, not on the error', () => {
  const error = new Error('m'.repeat(100_000));
  const { status, events } = spanOf(error);
  expect(status.message).toBe(`${'m'.repeat(4_096)}…`);
  expect(events[0]!.attributes['exception.message']).toBe(`${'m'.repeat(4_096)}…`);
  expect(events[0]!.attributes['exception.stacktrace']).toHaveLength(16_384);
  expect(error.message).toHaveLength(100_000);
});

const breaking = (): never => {
  throw new Error('must not be read');
};
const revoked = Proxy.revocable({}, {});
revoked.revoke();
test.each<[string, unknown]>([
  ['an error whose properties throw', new Proxy(new Error('x'), { get: breaking })],
  ['a revoked proxy', revoked.proxy],
  ['an error whose errors are a revoked proxy', Object.assign(new Error('x'), { errors: revoked.proxy })],
  [
    'an error whose errors throw when they are read',
    Object.assign(new Error('x'), { errors: new Proxy([1], { get: breaking }) }),
  ],
  ['an object without a prototype', Object.create(null)],
  ['a frozen error', Object.freeze(new Error('frozen'))],
  ['a symbol', Symbol('thrown')],
  ['a function', () => {}],
])('%s marks the span as failed and reaches the caller unchanged', (_, error) => {
  const { status, attributes } = spanOf(error);
  expect(status.code).toBe('ERROR');
  expect(attributes['error.type']).toEqual(expect.stringMatching(/./));
});
