import { propagation, context } from '@opentelemetry/api';
import { createHandler, currentSpan } from 'fc-traced';
import { expectTrace, fakeEvent, fakeFcContext, invoke, recordTraces } from 'fc-traced/testing';
import type { FcFunction } from 'fc-traced';
import { traceparent } from './carriers';

const traces = recordTraces();
afterEach(() => traces.clear());
afterAll(() => traces.stop());

class Orders {
  handle(): unknown {
    return {
      traceId: currentSpan().spanContext().traceId,
      tenant: propagation.getBaggage(context.active())?.getEntry('tenant')?.value,
    };
  }
}
const fromFc = (flags: 0 | 1): ReturnType<typeof fakeFcContext> =>
  fakeFcContext({ tracing: { openTracingSpanContext: `${'c'.repeat(32)}:${'d'.repeat(16)}:0:${flags}` } });
const message = (digit: string, flags?: string) => ({
  data: { userProperties: { traceparent: traceparent(digit, flags), baggage: 'tenant=acme' } },
});

describe("with the option parent: 'message'", () => {
  const { handler } = createHandler(Orders, { name: 'orders', parent: 'message' });

  test('the only message is the parent, its baggage is active, and the span that FC passes is linked', async () => {
    const answer = await invoke(handler, fakeEvent('rocketmq', [message('a')]), fromFc(1));
    expect(answer).toEqual({ traceId: 'a'.repeat(32), tenant: 'acme' });
    const trace = traces.only();
    expectTrace(trace).toMatchTree({ name: 'orders', links: 1, children: [{ name: 'process orders', links: 0 }] });
    expect(trace.roots[0]!.span).toMatchObject({ parentSpanId: 'a'.repeat(16), links: [{ traceId: 'c'.repeat(32) }] });
  });

  test('the decision of the message to sample counts', async () => {
    await invoke(handler, fakeEvent('rocketmq', [message('a', '00')]), fromFc(1));
    expect(traces.spans()).toEqual([]);
    await invoke(handler, fakeEvent('rocketmq', [message('a', '01')]), fromFc(0));
    expect(traces.spans()).toHaveLength(2);
  });

  test('several messages are linked', async () => {
    await invoke(handler, fakeEvent('rocketmq', [message('a'), message('b')]), fromFc(1));
    const trace = traces.only();
    expect(trace.traceId).toBe('c'.repeat(32));
    expectTrace(trace).toMatchTree({ name: 'orders', links: 0, children: [{ name: 'process orders', links: 2 }] });
  });

  test.each<[string, unknown]>([
    ['a message without a trace', fakeEvent('rocketmq')],
    ['an event that is no message', { order: 7 }],
    ['a timer', fakeEvent('timer')],
  ])('%s is a child of the span that FC passes', async (_, event) => {
    await invoke(handler, event, fromFc(1));
    expect(traces.only().traceId).toBe('c'.repeat(32));
  });

  test('a change of an object is the parent as well', async () => {
    const userMeta = { 'x-oss-meta-traceparent': traceparent('a') };
    await invoke(handler, fakeEvent('oss', { events: [{ oss: { object: { objectMeta: { userMeta } } } }] }), fromFc(1));
    expect(traces.only().traceId).toBe('a'.repeat(32));
  });
});

const twice = async (handler: FcFunction, ...contexts: Parameters<typeof fakeFcContext>[0][]): Promise<void> => {
  for (const parts of contexts) await invoke(handler, {}, fakeFcContext(parts)).catch(() => {});
};

test('a retried call has the retry count and a link to the previous attempt', async () => {
  await twice(
    createHandler(Orders, { name: 'orders' }).handler,
    { requestId: '1-7', retryCount: 0 },
    { requestId: '1-7', retryCount: 1 },
    { requestId: '1-8', retryCount: 2 },
  );
  const [first, second, other] = traces.spans();
  expect([first, second, other].map((span) => span!.attributes['fc_traced.retry_count'])).toEqual([undefined, 1, 2]);
  expect(second!.links).toEqual([
    { traceId: first!.traceId, spanId: first!.spanId, attributes: { 'fc_traced.link': 'previous attempt' } },
  ]);
  expect([first!.links, other!.links]).toEqual([[], []]);
});

test('the result of an asynchronous call is linked to the call if it ran in this instance', async () => {
  const { handler } = createHandler(Orders, { name: 'orders' });
  await twice(handler, { requestId: '1-7' });
  await invoke(handler, fakeEvent('async-destination', { requestContext: { requestId: '1-7' } }));
  const [call, outcome] = traces.spans();
  expect(outcome!.links).toEqual([
    { traceId: call!.traceId, spanId: call!.spanId, attributes: { 'fc_traced.link': 'asynchronous call' } },
  ]);
});
