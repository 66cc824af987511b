// Makes one call with spans of given sizes. Prints the trace id and what became of the spans.
const { createHandler, currentSpan, deliveryStats, startSpan } = require('../../dist/index.js');
const { fakeFcContext, invoke } = require('../../dist/testing.js');

const [, , endpoint, sizes] = process.argv;
class Report {
  handle() {
    for (const size of JSON.parse(sizes)) {
      const span = startSpan('part');
      span.setAttribute('text', 'x'.repeat(size));
      span.end();
    }
    return currentSpan().spanContext().traceId;
  }
}
const { handler, preStop } = createHandler(Report, {
  endpoint,
  name: 'report',
  coldStartSpans: false,
  queueLimitBytes: 2 ** 30,
  flushTimeoutMillis: 20_000,
  exportTimeoutMillis: 20_000,
});
void (async () => {
  const traceId = await invoke(handler, {}, fakeFcContext());
  await preStop(fakeFcContext());
  console.log(JSON.stringify({ traceId, stats: deliveryStats() }));
})();
