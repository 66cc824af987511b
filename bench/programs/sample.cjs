// The program of the cold start in the shape of FC's published sample: the SDK with a SimpleSpanProcessor, set up for
// the first call, spans written by hand. Unlike the sample, it waits until its spans are delivered.
const ZEROS = '0'.repeat(16);

module.exports = {
  async initialize() {},

  async handler(bytes, { tracing: { openTracingSpanContext, jaegerEndpoint } }) {
    const { context, SpanKind, trace } = require('@opentelemetry/api');
    const { AsyncLocalStorageContextManager } = require('@opentelemetry/context-async-hooks');
    const { resourceFromAttributes } = require('@opentelemetry/resources');
    const { BasicTracerProvider, SimpleSpanProcessor } = require('@opentelemetry/sdk-trace-base');
    const exporter =
      jaegerEndpoint === undefined
        ? new (require('@opentelemetry/exporter-trace-otlp-proto').OTLPTraceExporter)()
        : new (require('@opentelemetry/exporter-jaeger').JaegerExporter)({ endpoint: jaegerEndpoint });
    const provider = new BasicTracerProvider({
      resource: resourceFromAttributes({ 'service.name': 'bench' }),
      spanProcessors: [new SimpleSpanProcessor(exporter)],
    });
    trace.setGlobalTracerProvider(provider);
    context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
    const tracer = trace.getTracer('bench');
    const [traceId, spanId] = openTracingSpanContext.split(':');
    const parent = { traceId: ZEROS + traceId, spanId, traceFlags: 1, isRemote: true };
    const inSpan = (name, kind, parentContext, work) =>
      tracer.startActiveSpan(name, { kind }, parentContext, async (span) => {
        try {
          return await work();
        } finally {
          span.end();
        }
      });
    const { n } = JSON.parse(bytes);
    const answer = await inSpan('bench', SpanKind.SERVER, trace.setSpanContext(context.active(), parent), async () => ({
      n: await inSpan('Adder.add', SpanKind.INTERNAL, context.active(), async () => n + 1),
    }));
    await provider.forceFlush();
    // The SDK resolves before the request of the Jaeger exporter has ended, which the sample does not wait for either.
    await delivered(exporter);
    return answer;
  },
};

const delivered = async (exporter) => exporter.forceFlush?.();
