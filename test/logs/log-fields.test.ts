import { context, ROOT_CONTEXT, trace } from '@opentelemetry/api';
import type { Span } from '@opentelemetry/api';
import { createHandler, currentSpan, Handler, logFields, Traced } from 'fc-traced';
import type { FcContext } from 'fc-traced';
import { fakeFcContext, invoke, recordTraces } from 'fc-traced/testing';
import { INVOCATION_KEY } from '../../src/tracing/context/linked-context';
import { callerOf } from './fc-logger';

class Stock {
  @Traced()
  take(): unknown {
    return logFields();
  }
}
@Handler({ name: 'orders' })
class Orders {
  handle(): unknown {
    return { own: logFields(), traced: new Stock().take(), spanId: currentSpan().spanContext().spanId };
  }
}
interface Answer {
  readonly own: object;
  readonly traced: object;
  readonly spanId: string;
}
const { handler } = createHandler(Orders);
const ask = async (context: FcContext): Promise<Answer> => (await invoke(handler, {}, context)) as Answer;
const traceId = 'a'.repeat(32);

test('inside of an invocation the fields are those of the span that is active, and of the request', async () => {
  const traces = recordTraces();
  const context = fakeFcContext({ tracing: callerOf(traceId) });
  const { own, traced } = await ask(context);
  const [inner, outer] = traces.spans();
  const fields = { trace_id: traceId, trace_flags: '01', request_id: context.requestId };
  expect(own).toEqual({ ...fields, span_id: outer!.spanId });
  expect(traced).toEqual({ ...fields, span_id: inner!.spanId });
  expect([inner!.name, outer!.name]).toEqual(['Stock.take', 'orders']);
  traces.stop();
});

test('an invocation that is not sampled has the ids that are passed on, and says so in the flags', async () => {
  const traces = recordTraces();
  const context = fakeFcContext({ tracing: callerOf(traceId, false) });
  const { own, traced, spanId } = await ask(context);
  expect(own).toEqual({ trace_id: traceId, span_id: spanId, trace_flags: '00', request_id: context.requestId });
  expect(traced).toEqual(own);
  expect(traces.spans()).toEqual([]);
  traces.stop();
});

test('an invocation that starts a trace and is not recorded has a trace id and a span id all the same', async () => {
  const { own } = await ask(fakeFcContext());
  expect(own).toMatchObject({
    trace_id: expect.stringMatching(/^[0-9a-f]{32}$/) as string,
    span_id: expect.stringMatching(/^[0-9a-f]{16}$/) as string,
    trace_flags: '00',
  });
});

test('outside of any span and invocation there are none, and each call gives an object of its own', () => {
  expect(logFields()).toEqual({});
  expect(logFields()).not.toBe(logFields());
});

test('a span outside of an invocation gives ids without a request', () => {
  const traces = recordTraces();
  expect(new Stock().take()).toEqual({
    trace_id: traces.spans()[0]!.traceId,
    span_id: traces.spans()[0]!.spanId,
    trace_flags: '01',
  });
  traces.stop();
});

test('the initializer has the id of its request alone', async () => {
  let seen: unknown;
  class Connection {
    constructor() {
      seen = logFields();
    }
  }
  @Handler({ inject: [Connection] })
  class Late {
    constructor(readonly connection: Connection) {}
    handle(): void {}
  }
  const { singleton } = await import('tsyringe');
  singleton()(Connection);
  const context = fakeFcContext();
  await createHandler(Late).initialize(context);
  expect(seen).toEqual({ request_id: context.requestId });
});

test('flags have two digits, whatever else a foreign span says in them', () => {
  const traces = recordTraces();
  const flagsOf = (traceFlags: number): unknown =>
    context.with(
      trace.setSpanContext(ROOT_CONTEXT, { traceId, spanId: 'b'.repeat(16), traceFlags }),
      () => logFields().trace_flags,
    );
  expect([0, 1, 2, 3, 255, 256].map(flagsOf)).toEqual(['00', '01', '02', '03', 'ff', '00']);
  traces.stop();
});

test('spans and contexts that throw, or hold rubbish, cost ids and no error', () => {
  const traces = recordTraces();
  const thrower = {
    spanContext: () => {
      throw new Error('mine');
    },
  } as unknown as Span;
  const rubbish = trace.wrapSpanContext({ traceId: 'x', spanId: '', traceFlags: 1 });
  expect(context.with(trace.setSpan(ROOT_CONTEXT, thrower), logFields)).toEqual({});
  expect(context.with(trace.setSpan(ROOT_CONTEXT, rubbish), logFields)).toEqual({});
  const requests = [undefined, null, 7, '', { toString: () => 'x' }];
  expect(
    requests.map((requestId) =>
      context.with(ROOT_CONTEXT.setValue(INVOCATION_KEY, { context: { requestId } }), logFields),
    ),
  ).toEqual(requests.map(() => ({})));
  expect(context.with(ROOT_CONTEXT.setValue(INVOCATION_KEY, {}), logFields)).toEqual({});
  traces.stop();
});
