// What the programs of these tests are made of. Each runs in a process of its own, against the built package.
const path = require('node:path');
const { diag } = require('@opentelemetry/api');

const dist = path.join(__dirname, '..', '..', 'dist');
const { createHandler, Traced } = require(path.join(dist, 'index.js'));
const { fakeFcContext, invoke, recordTraces, renderTrace } = require(path.join(dist, 'testing.js'));

/** What fc-traced told `diag`. The instrumentations' own warning of modules that were loaded before is given in `node -e` only. */
const told = [];
const tell = (text) => void (String(text).startsWith('fc-traced: ') && told.push(text.slice(11)));
diag.setLogger({ error: tell, warn: tell, info() {}, debug() {}, verbose() {} });

const traces = recordTraces();

/** A class with traced methods; `handle` calls the one that the event names, with the event. */
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

/** The caller's trace is not sampled. */
const unsampled = () => fakeFcContext({ tracing: { openTracingSpanContext: '124ed43254b54966:aaaaaaaaaaaaaaaa:0:0' } });

const past = [];

/** All traces so far as drawings, the oldest first; the next call gives only newer ones. */
function drawn(...attributes) {
  const drawings = traces.traces().map((trace) => renderTrace(trace, { attributes }));
  past.push(...traces.spans());
  traces.clear();
  return drawings;
}

/** Names of all drawn spans that hold one of these texts in their name, attributes, status or events. */
function holding(...texts) {
  const shown = past.map(({ name, attributes, status, events }) =>
    JSON.stringify([name, attributes, status, events.map((event) => [event.name, event.attributes])]),
  );
  return past.filter((_, index) => texts.some((text) => shown[index].includes(text))).map(({ name }) => name);
}

/** The files of OpenTelemetry that are loaded, as names of packages. */
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
  drawn,
  fakeFcContext,
  holding,
  invoke,
  loadedPackages,
  told,
  traces,
  unsampled,
};
