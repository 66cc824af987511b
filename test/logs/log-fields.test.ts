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
const run = async (context: FcContext): Promise<Answer> => (await invoke(handler, {}, context)) as Answer;
const traceId = 'a'.repeat(32);

test('in an invocation the fields are those of the active span and of the request', async () => {
  const traces = recordTraces();
  const context = fakeFcContext({ tracing: callerOf(traceId) });
  const { own, traced } = await run(context);
  const [inner, outer] = traces.spans();
  const fields = { trace_id: traceId, trace_flags: '01', request_id: context.requestId };
  expect(own).toEqual({ ...fields, span_id: outer!.spanId });
  expect(traced).toEqual({ ...fields, span_id: inner!.spanId });
  expect([inner!.name, outer!.name]).toEqual(['Stock.take', 'orders']);
  traces.stop();
});

test('an invocation that is not sampled has the ids that it propagates, and the flags 00', async () => {
  const traces = recordTraces();
  const context = fakeFcContext({ tracing: callerOf(traceId, false) });
  const { own, traced, spanId } = await run(context);
  expect(own).toEqual({ trace_id: traceId, span_id: spanId, trace_flags: '00', request_id: context.requestId });
  expect(traced).toEqual(own);
  expect(traces.spans()).toEqual([]);
  traces.stop();
});

test('an invocation that starts a trace and is not recorded has a trace id and a span id too', async () => {
  const { own } = await run(fakeFcContext());
  expect(own).toMatchObject({
    trace_id: expect.stringMatching(/^[0-9a-f]{32}$/) as string,
    span_id: expect.stringMatching(/^[0-9a-f]{16}$/) as string,
    trace_flags: '00',
  });
});

test('outside of any span and invocation there are no fields, and each call returns a new object', () => {
  expect(logFields()).toEqual({});
  expect(logFields()).not.toBe(logFields());
});

test('a span outside of an invocation has ids without a request id', () => {
  const traces = recordTraces();
  expect(new Stock().take()).toEqual({
    trace_id: traces.spans()[0]!.traceId,
    span_id: traces.spans()[0]!.spanId,
    trace_flags: '01',
  });
  traces.stop();
});

test('in the initializer there is only the request id', async () => {
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

test('flags have two digits for any number', () => {
  const traces = recordTraces();
  const flagsOf = (traceFlags: number): unknown =>
    context.with(
      trace.setSpanContext(ROOT_CONTEXT, { traceId, spanId: 'b'.repeat(16), traceFlags }),
      () => logFields().trace_flags,
    );
  expect([0, 1, 2, 3, 255, 256].map(flagsOf)).toEqual(['00', '01', '02', '03', 'ff', '00']);
  traces.stop();
});

test('spans and contexts that throw or have invalid ids have no fields', () => {
  const traces = recordTraces();
  const thrower = {
    spanContext: () => {
      throw new Error('mine');
    },
  } as unknown as Span;
  const invalid = trace.wrapSpanContext({ traceId: 'x', spanId: '', traceFlags: 1 });
  expect(context.with(trace.setSpan(ROOT_CONTEXT, thrower), logFields)).toEqual({});
  expect(context.with(trace.setSpan(ROOT_CONTEXT, invalid), logFields)).toEqual({});
  const requests = [undefined, null, 7, '', { toString: () => 'x' }];
  expect(
    requests.map((requestId) =>
      context.with(ROOT_CONTEXT.setValue(INVOCATION_KEY, { context: { requestId } }), logFields),
    ),
  ).toEqual(requests.map(() => ({})));
  expect(context.with(ROOT_CONTEXT.setValue(INVOCATION_KEY, {}), logFields)).toEqual({});
  traces.stop();
});
