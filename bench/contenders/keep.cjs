// Invocations of 20 traced calls that start a trace: not sampled, recorded because of the option `keep` and then dropped
// or kept, and sampled. Spans end in a processor that does nothing.
const { createHandler, Traced } = require('../../dist/index.js');
const { noopProcessor } = require('../default-sdk.cjs');
const { fcContext } = require('../fc-invocation.cjs');
const { contend, measureLong } = require('../measure.cjs');

const CALLS = 20;

class Steps {
  step(count) {
    return count + 1;
  }
}
const { value } = Object.getOwnPropertyDescriptor(Steps.prototype, 'step');
const descriptor = { value, configurable: true, writable: true };
Object.defineProperty(Steps.prototype, 'step', Traced()(Steps.prototype, 'step', descriptor) ?? descriptor);

class Bench {
  handle() {
    const steps = new Steps();
    let count = 0;
    while (count < CALLS) count = steps.step(count);
    return count;
  }
}

const newTrace = { ...fcContext(0), tracing: {} };
const event = Buffer.from('{}');

function run(options, milliseconds, context = newTrace) {
  const { handler } = createHandler(Bench, { spanProcessors: [noopProcessor], http: false, ...options });
  const batch = async (count) => {
    for (let done = 0; done < count; done += 1) await handler(event, context);
  };
  return measureLong(batch, milliseconds, { size: 200, warmUp: 2_000 });
}

const never = { errors: true, slowerThanMillis: 600_000 };
void contend({
  unsampled: (ms) => run({ sampleRatio: 0 }, ms),
  'by-trigger': (ms) => run({ sampleRatio: { http: 1, default: 0 } }, ms),
  'unsampled-caller': (ms) => run({}, ms, fcContext(0)),
  caller: (ms) => run({ keep: never }, ms, fcContext(0)),
  dropped: (ms) => run({ sampleRatio: 0, keep: never }, ms),
  kept: (ms) => run({ sampleRatio: 0, keep: { slowerThanMillis: 0 } }, ms),
  sampled: (ms) => run({ sampleRatio: 1 }, ms),
});
