import { context, trace } from '@opentelemetry/api';
import type { TraceState } from '@opentelemetry/api';
import { createHandler, Handler, traceHeaders } from 'fc-traced';
import { invoke, recordTraces } from 'fc-traced/testing';
import { parseTraceState } from '../../src/propagation/trace-state';

const traces = recordTraces();
afterAll(() => traces.stop());

let change: (state: TraceState) => TraceState;

@Handler()
class Changer {
  handle(): unknown {
    const span = trace.getActiveSpan()!.spanContext();
    return (
      context.with(
        trace.setSpanContext(context.active(), { ...span, traceState: change(span.traceState!) }),
        traceHeaders,
      ).tracestate ?? null
    );
  }
}
const { handler } = createHandler(Changer, { http: false });

/** The `tracestate` that is sent if the program changes the received list. */
async function sent(received: string, changed: (state: TraceState) => TraceState, flags = '01'): Promise<unknown> {
  change = changed;
  const headers = {
    traceparent: `00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-${flags}`,
    tracestate: received,
  };
  return invoke(handler, { version: 'v1', rawPath: '/', headers, requestContext: { http: { method: 'GET' } } });
}
const list = (count: number): string => Array.from({ length: count }, (_, index) => `k${index}=${index}`).join(',');

describe.each([
  ['recorded', '01'],
  ['not recorded', '00'],
])('in an invocation that is %s', (_, flags) => {
  test.each<[string, string, (state: TraceState) => TraceState, string | null]>([
    ['an unchanged list is sent as it was received', 'a=1 ,, b=2', (state) => state, 'a=1 ,, b=2'],
    ['a modified member is moved to the beginning', 'a=1,b=2,c=3', (state) => state.set('b', '9'), 'b=9,a=1,c=3'],
    ['a new member is added at the beginning', 'a=1 , b=2', (state) => state.set('new', 'x'), 'new=x,a=1,b=2'],
    [
      'the order of unmodified members is preserved',
      'z=1,m=2,a=3',
      (state) => state.set('m', '4').set('n', '5'),
      'n=5,m=4,z=1,a=3',
    ],
    ['adding a member does not duplicate its key', 'a=1,b=2,a=3', (state) => state.set('a', '4'), 'a=4,b=2'],
    ['deleting a member keeps the others', 'a=1,b=2,c=3', (state) => state.unset('b'), 'a=1,c=3'],
    ['deleting an unknown key changes nothing', 'a=1 ,b=2', (state) => state.unset('x'), 'a=1 ,b=2'],
    ['an empty list is not sent', 'a=1', (state) => state.unset('a'), null],
    ['adding a 33rd member removes the last one', list(32), (state) => state.set('new', 'x'), `new=x,${list(31)}`],
    [
      'leading spaces of values are kept when another member changes',
      'a= 1,b=  2',
      (state) => state.set('c', ' 3'),
      'c= 3,a= 1,b=  2',
    ],
    [
      'an invalid key is not added',
      'a=1 ,b=2',
      (state) => state.set('Upper', '1').set('@x', '1').set('x'.repeat(257), '1'),
      'a=1 ,b=2',
    ],
    [
      'an invalid value is not added',
      'a=1 ,b=2',
      (state) => state.set('x', 'a,b').set('x', 'a=b').set('x', 'a\r\nb').set('x', '').set('x', 'b '),
      'a=1 ,b=2',
    ],
  ])('%s', async (_name, received, changed, expected) => {
    expect(await sent(received, changed, flags)).toBe(expected);
  });
});

test('a list is never changed in place', () => {
  const state = parseTraceState('a=1,b=2')!;
  state.set('c', '3');
  state.unset('a');
  expect([state.serialize(), state.get('a'), state.get('c')]).toEqual(['a=1,b=2', '1', undefined]);
});

test('get returns the first value of a duplicate key', () => {
  expect(parseTraceState('a=1,a=2')!.get('a')).toBe('1');
});

test('whole members are removed, when it is sent, from a list that changes have made too long', async () => {
  const member = `=${'v'.repeat(256)}`;
  const grown = (await sent('first=1', (state) =>
    Array.from({ length: 40 }, (_, index) => index).reduce(
      (grown, index) => grown.set(`k${index}${'x'.repeat(200)}`, member.slice(1)),
      state,
    ),
  )) as string;
  expect(grown.length).toBeLessThanOrEqual(8_192);
  expect(grown.split(',').every((part) => part.endsWith(member))).toBe(true);
});

test.each<[string, unknown]>([
  ['line breaks', 'a=1\r\nx: 2'],
  ['a malformed member', 'a=1,nothing'],
  ['a number', 7],
])('a TraceState of another class that returns %s is not sent, but the trace is', async (_, text) => {
  const foreign = { serialize: () => text, get: () => undefined } as unknown as TraceState;
  expect(await sent('a=1', () => foreign)).toBeNull();
  expect(
    await sent('a=1', () => ({
      ...foreign,
      serialize: () => {
        throw new Error('mine');
      },
    })),
  ).toBeNull();
});

test('a well-formed TraceState of another class is sent', async () => {
  expect(await sent('a=1', () => ({ serialize: () => 'b=2,c=3' }) as TraceState)).toBe('b=2,c=3');
  expect(await sent('a=1', () => ({ serialize: () => '' }) as TraceState)).toBeNull();
});
