// `@Span()` of nestjs-otel, on the default SDK; only its decorator is loaded, no Nest application.
require('reflect-metadata');
const { Span } = require('nestjs-otel/lib/tracing/decorators/span.js');
const { registerDefaultSdk, underParent } = require('../default-sdk.cjs');
const { contend, measure } = require('../measure.cjs');
const { batchesOf, decorated } = require('../work.cjs');

registerDefaultSdk();
const { sync, async } = batchesOf(decorated(Span()));
void contend({
  unsampled: (ms) => underParent(false, () => measure(sync, ms)),
  'sampled-sync': (ms) => underParent(true, () => measure(sync, ms)),
  'sampled-async': (ms) => underParent(true, () => measure(async, ms)),
});
