// Calls of a handler, one after the other, whose trace of five spans is sent to a collector: `delivery.cjs
// WAY-ROUND_TRIP_MILLIS MILLISECONDS`. Prints the nanoseconds of a call (without tracing, 2 µs), and the share of spans that the
// collector had when the answer came.
const { context, SpanKind, trace } = require('@opentelemetry/api');
const { AsyncLocalStorageContextManager } = require('@opentelemetry/context-async-hooks');
const { OTLPTraceExporter } = require('@opentelemetry/exporter-trace-otlp-proto');
const { BasicTracerProvider, BatchSpanProcessor, SimpleSpanProcessor } = require('@opentelemetry/sdk-trace-base');
const { setTimeout: sleep } = require('node:timers/promises');
const { startChild } = require('../child.cjs');
const { createHandler, Traced } = require('../../dist/index.js');
const { fcContext } = require('../fc-invocation.cjs');

const SPANS = 5;
/** As many calls as a 99th percentile needs. */
const CALLS = 150;
const WARM_UP = 30;
/** A bench that runs for a shorter time than this only shows that it works. */
const QUICK_MILLIS = 300;

class Work {
  async step(n) {
    return n + 1;
  }

  async handle() {
    let n = 0;
    for (let step = 1; step < SPANS; step += 1) n = await this.step(n);
    return n;
  }
}

function ours(endpoint, options) {
  class Traceable extends Work {}
  const descriptor = { ...Object.getOwnPropertyDescriptor(Work.prototype, 'step') };
  Object.defineProperty(Traceable.prototype, 'step', Traced()(Traceable.prototype, 'step', descriptor) ?? descriptor);
  const { handler } = createHandler(Traceable, { endpoint, ...options });
  return () => handler(Buffer.from('{}'), fcContext(1));
}

/** Spans written by hand, on the SDK as in its documentation. `flushes` waits for them before the answer. */
function byHand(endpoint, Processor, flushes) {
  const processor = new Processor(new OTLPTraceExporter({ url: endpoint }));
  trace.setGlobalTracerProvider(new BasicTracerProvider({ spanProcessors: [processor] }));
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  const tracer = trace.getTracer('bench');
  const inSpan = (name, kind, work) =>
    tracer.startActiveSpan(name, { kind }, async (span) => {
      try {
        return await work();
      } finally {
        span.end();
      }
    });
  class Traceable extends Work {
    step(n) {
      return inSpan('Work.step', SpanKind.INTERNAL, () => super.step(n));
    }
  }
  return async () => {
    try {
      return await inSpan('handle', SpanKind.SERVER, () => new Traceable().handle());
    } finally {
      if (flushes) await processor.forceFlush();
    }
  };
}

const WAYS = {
  simple: (endpoint) => byHand(endpoint, SimpleSpanProcessor, false),
  batch: (endpoint) => byHand(endpoint, BatchSpanProcessor, true),
  ours: (endpoint) => ours(endpoint, {}),
};

const percentile = (sorted, share) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];

async function main() {
  const [mode, milliseconds] = process.argv.slice(2);
  const [way, roundTripMillis] = mode.split('-');
  const collector = await startChild('distant-collector.cjs', [roundTripMillis]);
  const call = WAYS[way](collector.first);
  const times = [];
  let made = 0;
  let arrived = 0;
  let before = 0;
  const warmUp = Number(milliseconds) < QUICK_MILLIS ? 5 : WARM_UP;
  const calls = Number(milliseconds) < QUICK_MILLIS ? 10 : CALLS;
  for (let n = 0; n < warmUp + calls; n += 1) {
    const start = process.hrtime.bigint();
    await call();
    const time = Number(process.hrtime.bigint() - start);
    const total = await collector.ask();
    if (n < warmUp) continue;
    times.push(time);
    made += SPANS;
    arrived += Math.min(SPANS, total - before);
    // What is sent later does not slow down the next call, nor does it count as the next call's.
    await sleep(5);
    before = await collector.ask();
  }
  times.sort((a, b) => a - b);
  collector.stop();
  process.stdout.write(
    JSON.stringify({
      median: percentile(times, 0.5),
      p99: percentile(times, 0.99),
      arrived: arrived / made,
    }),
    () => process.exit(),
  );
}

void main();
