// `@Span()` of nestjs-otel, on the default SDK. Loads only the decorator, without a Nest application.
require('reflect-metadata');
const { Span } = require('nestjs-otel/lib/tracing/decorators/span.js');
const { registerDefaultSdk, underParent } = require('../default-sdk.cjs');
const { contend, measure } = require('../measure.cjs');
const { batchesOf, decorated } = require('../work.cjs');

registerDefaultSdk();
const { sync, async, steps } = batchesOf(decorated(Span()));
void contend({
  unsampled: (ms) => underParent(false, () => measure(sync, ms)),
  'sampled-sync': (ms) => underParent(true, () => measure(sync, ms)),
  // Its span ends when the generator is created. The steps run outside the span, and so cost nothing.
  'sampled-steps': (ms) => underParent(true, () => measure(steps, ms)),
  'sampled-async': (ms) => underParent(true, () => measure(async, ms)),
});
