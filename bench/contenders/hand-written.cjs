// The code that a careful developer writes for each call, on the default SDK.
const { SpanStatusCode, context, trace } = require('@opentelemetry/api');
const { registerDefaultSdk, underParent } = require('../default-sdk.cjs');
const { contend, measure } = require('../measure.cjs');
const { Work, batchesOf } = require('../work.cjs');

registerDefaultSdk();
const tracer = trace.getTracer('bench');

function recordFailure(span, error) {
  span.recordException(error);
  span.setStatus({ code: SpanStatusCode.ERROR, message: error.message });
}

class HandWritten extends Work {
  add(n) {
    return tracer.startActiveSpan('Work.add', (span) => {
      try {
        return n + 1;
      } catch (error) {
        recordFailure(span, error);
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
        recordFailure(span, error);
        throw error;
      } finally {
        span.end();
      }
    });
  }
}

/** Runs each step of an iterator in the context of the span, so that the consumer does not run in it. */
class HandWrittenSteps extends Work {
  count(n) {
    const span = tracer.startSpan('Work.count');
    const active = trace.setSpan(context.active(), span);
    const steps = super.count(n);
    return {
      [Symbol.iterator]() {
        return this;
      },
      next(argument) {
        const result = context.with(active, () => steps.next(argument));
        if (result.done) span.end();
        return result;
      },
      return(value) {
        const result = context.with(active, () => steps.return(value));
        span.end();
        return result;
      },
    };
  }
}

/** Wraps the call of an existing method in a span, as a decorator does. This needs one promise more. */
class AroundTheMethod extends Work {
  addLater(n) {
    return tracer.startActiveSpan('Work.addLater', async (span) => {
      try {
        return await super.addLater(n);
      } catch (error) {
        recordFailure(span, error);
        throw error;
      } finally {
        span.end();
      }
    });
  }
}

const { sync, async } = batchesOf(new HandWritten());
const { async: around } = batchesOf(new AroundTheMethod());
const { steps } = batchesOf(new HandWrittenSteps());
void contend({
  unsampled: (ms) => underParent(false, () => measure(sync, ms)),
  'sampled-sync': (ms) => underParent(true, () => measure(sync, ms)),
  'sampled-steps': (ms) => underParent(true, () => measure(steps, ms)),
  'sampled-async': (ms) => underParent(true, () => measure(async, ms)),
  'sampled-async-around': (ms) => underParent(true, () => measure(around, ms)),
});
