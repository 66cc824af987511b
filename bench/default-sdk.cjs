// The SDK, set up as in its documentation: default sampler and id generator, AsyncLocalStorage, registered globally.
const { context, trace, TraceFlags } = require('@opentelemetry/api');
const { AsyncLocalStorageContextManager } = require('@opentelemetry/context-async-hooks');
const { BasicTracerProvider } = require('@opentelemetry/sdk-trace-base');

/** A processor that ignores spans, because the bench measures how they are created and not how they are exported. */
const noopProcessor = { onStart() {}, onEnd() {}, forceFlush: async () => {}, shutdown: async () => {} };

function registerDefaultSdk() {
  trace.setGlobalTracerProvider(new BasicTracerProvider({ spanProcessors: [noopProcessor] }));
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
}

/** Runs `body` in a span of the default SDK whose remote parent is sampled or not. */
function underParent(sampled, body) {
  const remote = {
    traceId: '124ed43254b549660123456789abcdef',
    spanId: '124ed43254b54966',
    traceFlags: sampled ? TraceFlags.SAMPLED : TraceFlags.NONE,
    isRemote: true,
  };
  return context.with(trace.setSpanContext(context.active(), remote), () =>
    trace.getTracer('bench').startActiveSpan('invocation', async (span) => {
      try {
        return await body();
      } finally {
        span.end();
      }
    }),
  );
}

module.exports = { noopProcessor, registerDefaultSdk, underParent };
