// What a careful developer writes by hand around each call, on the default SDK.
const { SpanStatusCode, trace } = require('@opentelemetry/api');
const { registerDefaultSdk, underParent } = require('../default-sdk.cjs');
const { contend, measure } = require('../measure.cjs');
const { Work, batchesOf } = require('../work.cjs');

registerDefaultSdk();
const tracer = trace.getTracer('bench');

function failed(span, error) {
  span.recordException(error);
  span.setStatus({ code: SpanStatusCode.ERROR, message: error.message });
}

class HandWritten extends Work {
  add(n) {
    return tracer.startActiveSpan('Work.add', (span) => {
      try {
        return n + 1;
      } catch (error) {
        failed(span, error);
        throw error;
      } finally {
        span.end();
      }
    });
  }

  addLater(n) {
    return tracer.startActiveSpan('Work.addLater', async (span) => {
      try {
        return n + 1;
      } catch (error) {
        failed(span, error);
        throw error;
      } finally {
        span.end();
      }
    });
  }
}

const { sync, async } = batchesOf(new HandWritten());
void contend({
  unsampled: (ms) => underParent(false, () => measure(sync, ms)),
  'sampled-sync': (ms) => underParent(true, () => measure(sync, ms)),
  'sampled-async': (ms) => underParent(true, () => measure(async, ms)),
});
