import { SpanKind, trace } from '@opentelemetry/api';
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  ParentBasedSampler,
  SamplingDecision,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base';
import type { Sampler } from '@opentelemetry/sdk-trace-base';
import { createHandler, invokeHeaders, logFields, traceHeaders } from 'fc-traced';
import { fakeFcContext, invoke } from 'fc-traced/testing';

// The application's sampler decides for each invocation, for example to drop health checks. Child spans follow their parent.
let decision = SamplingDecision.NOT_RECORD;
const own: Sampler = {
  shouldSample: (_context, _traceId, _name, kind) => ({
    decision: kind === SpanKind.CLIENT ? SamplingDecision.RECORD_AND_SAMPLED : decision,
  }),
};
const exporter = new InMemorySpanExporter();
const provider = new BasicTracerProvider({
  sampler: new ParentBasedSampler({ root: own, remoteParentSampled: own, remoteParentNotSampled: own }),
  spanProcessors: [new SimpleSpanProcessor(exporter)],
});
trace.setGlobalTracerProvider(provider);

class Health {
  handle(): unknown {
    // Like an instrumentation of the application.
    trace.getTracer('lib').startSpan('GET', { kind: SpanKind.CLIENT }).end();
    return { sent: [traceHeaders(), invokeHeaders()].map(({ traceparent }) => traceparent!), log: logFields() };
  }
}

interface Answer {
  readonly sent: readonly string[];
  readonly log: ReturnType<typeof logFields>;
}

beforeEach(() => exporter.reset());

test.each([
  ['with a caller who sampled', '124ed43254b54966:aaaaaaaaaaaaaaaa:0:1', '0000000000000000124ed43254b54966'],
  ['without a caller', undefined, undefined],
])(
  "an invocation that the application's sampler drops is not recorded, and its requests are not sampled: %s",
  async (_which, caller, traceId) => {
    decision = SamplingDecision.NOT_RECORD;
    const { sent, log } = (await invoke(
      createHandler(Health).handler,
      {},
      fakeFcContext({ tracing: caller === undefined ? {} : { openTracingSpanContext: caller } }),
    )) as Answer;
    expect(exporter.getFinishedSpans().map(({ name }) => name)).toEqual([]);
    expect(sent).toEqual(Array(2).fill(expect.stringMatching(new RegExp(`^00-${log.trace_id}-[0-9a-f]{16}-00$`))));
    expect(sent[0]).not.toBe(sent[1]);
    expect(log).toMatchObject({ trace_flags: '00', trace_id: traceId ?? expect.stringMatching(/^[0-9a-f]{32}$/) });
  },
);

test('each request from a span that is recorded but not sampled has its own span id and no span', async () => {
  decision = SamplingDecision.RECORD;
  const { sent } = (await invoke(createHandler(Health).handler, {}, fakeFcContext())) as Answer;
  expect(sent).toEqual(Array(2).fill(expect.stringMatching(/-00$/)));
  expect(sent[0]).not.toBe(sent[1]);
});
