// OpenTelemetry for a server, set up as in its documentation: the instrumentation of `node:http` and a batch processor.
const { context, trace } = require('@opentelemetry/api');

/** Returns a function that runs work in a span, and one that exports all spans that have ended. */
function startOpenTelemetry(endpoint) {
  const { AsyncLocalStorageContextManager } = require('@opentelemetry/context-async-hooks');
  const { OTLPTraceExporter } = require('@opentelemetry/exporter-trace-otlp-proto');
  const { registerInstrumentations } = require('@opentelemetry/instrumentation');
  const { HttpInstrumentation } = require('@opentelemetry/instrumentation-http');
  const { BasicTracerProvider, BatchSpanProcessor } = require('@opentelemetry/sdk-trace-base');
  const processor = new BatchSpanProcessor(new OTLPTraceExporter({ url: endpoint }));
  const provider = new BasicTracerProvider({ spanProcessors: [processor] });
  trace.setGlobalTracerProvider(provider);
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  registerInstrumentations({ tracerProvider: provider, instrumentations: [new HttpInstrumentation()] });
  const tracer = trace.getTracer('bench');
  const inSpan = (name, work) =>
    tracer.startActiveSpan(name, async (span) => {
      try {
        return await work();
      } catch (error) {
        span.recordException(error);
        throw error;
      } finally {
        span.end();
      }
    });
  return { inSpan, flush: () => processor.forceFlush() };
}

module.exports = { startOpenTelemetry };
