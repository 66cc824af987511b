// `@Traced()` in an invocation: not sampled, sampled on the SDK setup of fc-traced, and sampled on the provider that
// the application registered.
const assert = require('node:assert/strict');
const { trace } = require('@opentelemetry/api');
const { noopProcessor, registerDefaultSdk } = require('../default-sdk.cjs');
const { insideInvocation } = require('../fc-invocation.cjs');
const { contend, measure } = require('../measure.cjs');
const { batchesOf, decorated } = require('../work.cjs');
const { Traced } = require('../../dist/index.js');

const { sync, async, steps } = batchesOf(decorated(Traced()));

function inside(sampled, options, batch, ms) {
  return insideInvocation(sampled, options, () => {
    assert.equal(
      trace.getActiveSpan()?.isRecording() ?? false,
      sampled,
      'the invocation has the wrong sampling decision',
    );
    return measure(batch, ms);
  });
}

function onForeign(batch, ms) {
  registerDefaultSdk();
  return inside(true, {}, batch, ms);
}

const own = { spanProcessors: [noopProcessor] };
void contend({
  unsampled: (ms) => inside(false, {}, sync, ms),
  'sampled-sync': (ms) => inside(true, own, sync, ms),
  'sampled-async': (ms) => inside(true, own, async, ms),
  'sampled-steps': (ms) => inside(true, own, steps, ms),
  'foreign-sync': (ms) => onForeign(sync, ms),
  'foreign-async': (ms) => onForeign(async, ms),
});
