// A program with OpenTelemetry that does not wait for its exporter: its spans miss the freeze.
const { trace } = require('@opentelemetry/api');
const { OTLPTraceExporter } = require('@opentelemetry/exporter-trace-otlp-proto');
const { BasicTracerProvider, SimpleSpanProcessor } = require('@opentelemetry/sdk-trace-base');

let provider;
exports.handler = async (_event, context) => {
  const [traceId, spanId] = context.tracing.openTracingSpanContext.split(':');
  if (provider === undefined) {
    const exporter = new OTLPTraceExporter({ url: context.tracing.jaegerEndpoint });
    provider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
    trace.setGlobalTracerProvider(provider);
  }
  const { ROOT_CONTEXT } = require('@opentelemetry/api');
  const parent = trace.setSpanContext(ROOT_CONTEXT, { traceId, spanId, traceFlags: 1, isRemote: true });
  provider.getTracer('late').startSpan('late work', {}, parent).end();
  return 'answered';
};
