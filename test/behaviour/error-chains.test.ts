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

test('the stack goes on with the causes, each under its own words', () => {
  const stack = stackOf(new Error('outer', { cause: new TypeError('middle', { cause: 'the root' }) }));
  expect(stack).toMatch(
    /^Error: outer\n {4}at [\s\S]+\nCaused by: TypeError: middle\n {4}at [\s\S]+\nCaused by: string: the root$/,
  );
});

test('the errors of an AggregateError follow it, with their own causes', () => {
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

test('an error that Promise.any gathered is told with all of it', async () => {
  const gathered: unknown = await Promise.any([
    Promise.reject(new Error('left')),
    Promise.reject(new Error('right')),
  ]).catch((error: unknown) => error);
  expect(stackOf(gathered)).toMatch(/\[errors 0\]: Error: left[\s\S]+\[errors 1\]: Error: right/);
});

test('circles of causes end', () => {
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

test('a chain is told eight errors deep, a gathering eight errors wide', () => {
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

test('message and stack are cut, and the error itself is not', () => {
  const error = new Error('m'.repeat(100_000));
  const { status, events } = spanOf(error);
  expect(status.message).toBe(`${'m'.repeat(4_096)}…`);
  expect(events[0]!.attributes['exception.message']).toBe(`${'m'.repeat(4_096)}…`);
  expect(events[0]!.attributes['exception.stacktrace']).toHaveLength(16_384);
  expect(error.message).toHaveLength(100_000);
});

const breaking = (): never => {
  throw new Error('do not look');
};
const revoked = Proxy.revocable({}, {});
revoked.revoke();
test.each<[string, unknown]>([
  ['an error whose properties throw', new Proxy(new Error('x'), { get: breaking })],
  ['a proxy that is revoked', revoked.proxy],
  ['an error that gathers a proxy that is revoked', Object.assign(new Error('x'), { errors: revoked.proxy })],
  [
    'an error that gathers a list that breaks',
    Object.assign(new Error('x'), { errors: new Proxy([1], { get: breaking }) }),
  ],
  ['an object without a prototype', Object.create(null)],
  ['a frozen error', Object.freeze(new Error('frozen'))],
  ['a symbol', Symbol('thrown')],
  ['a function', () => {}],
])('%s fails the span and comes out as it is', (_, error) => {
  const { status, attributes } = spanOf(error);
  expect(status.code).toBe('ERROR');
  expect(attributes['error.type']).toEqual(expect.stringMatching(/./));
});
