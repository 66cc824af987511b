// What the programs of these tests use. Each program runs in its own process, with the built package.
const path = require('node:path');
const { diag } = require('@opentelemetry/api');

const dist = path.join(__dirname, '..', '..', 'dist');
const { createHandler, Traced } = require(path.join(dist, 'index.js'));
const { fakeFcContext, invoke, recordTraces, renderTrace } = require(path.join(dist, 'testing.js'));

/** The messages that fc-traced logs. The instrumentations warn of loaded modules too, but only in `node -e`. */
const warnings = [];
const record = (text) => void (String(text).startsWith('fc-traced: ') && warnings.push(text.slice(11)));
diag.setLogger({ error: record, warn: record, info() {}, debug() {}, verbose() {} });

const traces = recordTraces();

/** Creates a class with these traced methods. `handle` calls the method that the event names, with the event. */
function classOf(methods) {
  class Shop {
    handle(event) {
      return this[event.call](event);
    }
  }
  for (const [name, value] of Object.entries(methods)) {
    Object.defineProperty(Shop.prototype, name, { value, writable: true, configurable: true });
    const descriptor = Object.getOwnPropertyDescriptor(Shop.prototype, name);
    Object.defineProperty(Shop.prototype, name, Traced()(Shop.prototype, name, descriptor) ?? descriptor);
  }
  return Shop;
}

/** The context of an invocation whose caller did not sample the trace. */
const unsampled = () => fakeFcContext({ tracing: { openTracingSpanContext: '124ed43254b54966:aaaaaaaaaaaaaaaa:0:0' } });

const taken = [];

/** Renders all traces, the oldest first, and removes them. */
function takeTrees(...attributes) {
  const trees = traces.traces().map((trace) => renderTrace(trace, { attributes }));
  taken.push(...traces.spans());
  traces.clear();
  return trees;
}

/** The names of all spans taken so far that have one of these texts in their name, attributes, status or events. */
function spanNamesWith(...texts) {
  const shown = taken.map(({ name, attributes, status, events }) =>
    JSON.stringify([name, attributes, status, events.map((event) => [event.name, event.attributes])]),
  );
  return taken.filter((_, index) => texts.some((text) => shown[index].includes(text))).map(({ name }) => name);
}

/** The packages of OpenTelemetry that are loaded. */
const loadedPackages = () =>
  [
    ...new Set(
      Object.keys(require.cache)
        .map((file) => /node_modules[\\/](@opentelemetry[\\/][^\\/]+)/.exec(file)?.[1].replace('\\', '/'))
        .filter(Boolean),
    ),
  ].sort((a, b) => (a < b ? -1 : 1));

module.exports = {
  classOf,
  createHandler,
  dist,
  fakeFcContext,
  invoke,
  loadedPackages,
  spanNamesWith,
  takeTrees,
  traces,
  unsampled,
  warnings,
};
