// The program under test, in its own process. For each message it makes a number of calls of a handler class, and
// reports what their callers saw and how long answers waited.
const { createHandler, Traced, deliveryStats } = require('../../dist/index.js');

/** The spans of each call: its own, and those of `pack` and `ship`. */
const SPANS_PER_CALL = 3;
const failures = new Map();
/** When the work of each call was done. */
const done = new Map();

class Shop {
  pack(n) {
    return n + 1;
  }

  async ship(n) {
    return n * 2;
  }

  async handle({ n }) {
    const shipped = await this.ship(this.pack(n));
    done.set(n, runningMillis());
    if (n % 7 === 3) {
      const error = new Error(`order ${n} failed`);
      failures.set(n, error);
      throw error;
    }
    return { shipped };
  }
}
for (const name of ['pack', 'ship']) {
  const descriptor = Object.getOwnPropertyDescriptor(Shop.prototype, name);
  Object.defineProperty(Shop.prototype, name, Traced()(Shop.prototype, name, descriptor) ?? descriptor);
}

const context = (n) => ({
  requestId: `1-${n}`,
  credentials: {},
  function: { name: 'shop', handler: 'index.handler', memory: 512, timeout: 600 },
  service: {},
});

/**
 * A clock that stands still while the process does not run: a busy machine lets it wait, and that is no time that
 * tracing took. It advances with each beat of a timer, by at most twice the usual interval.
 */
const BEAT_MILLIS = 4;
let beats = 0;
let lastBeat = performance.now();
const runningMillis = () => beats + Math.min(2 * BEAT_MILLIS, performance.now() - lastBeat);
setInterval(() => {
  beats = runningMillis();
  lastBeat = performance.now();
}, BEAT_MILLIS);

let calls = 0;

/** Makes one call. Returns when its work was done, when its answer came, and whether the answer was the right one. */
async function callOnce(handler) {
  const n = (calls += 1);
  let right;
  try {
    const answer = await handler(Buffer.from(JSON.stringify({ n })), context(n));
    right = n % 7 !== 3 && answer.shipped === (n + 1) * 2;
  } catch (error) {
    right = n % 7 === 3 && error === failures.get(n);
  }
  const answered = runningMillis();
  const from = done.get(n);
  done.delete(n);
  failures.delete(n);
  return { from, answered, right };
}

/** Makes `count` calls, `atOnce` at a time. */
async function callMany(handler, count, atOnce, seen) {
  let begun = 0;
  await Promise.all(
    Array.from({ length: Math.min(atOnce, count) }, async () => {
      while (begun < count) {
        begun += 1;
        seen.push(await callOnce(handler));
        // As between the calls of FC: otherwise, calls that do not wait would leave no time for sockets.
        await new Promise(setImmediate);
      }
    }),
  );
}

/** The time during which any answer waited longer than `ignored` milliseconds. */
function timeWaited(seen, ignored) {
  const waits = seen.filter(({ from, answered }) => answered - from > ignored).sort((a, b) => a.from - b.from);
  let total = 0;
  let end = 0;
  for (const { from, answered } of waits) {
    if (answered <= end) continue;
    total += answered - Math.max(from, end);
    end = answered;
  }
  return total;
}

function report(seen) {
  const waits = seen.map(({ from, answered }) => answered - from).sort((a, b) => a - b);
  return {
    wrong: seen.filter(({ right }) => !right).length,
    waitedMillis: timeWaited(seen, 15),
    medianWaitMillis: waits[waits.length >> 1],
    longestWaitMillis: waits.at(-1),
  };
}

let handlers;
const stats = () => deliveryStats?.();
const sockets = () => process.getActiveResourcesInfo().filter((kind) => kind.startsWith('TCP')).length;

const commands = {
  /** Sets up a handler with its own delivery. */
  async open({ options }) {
    handlers = createHandler(Shop, { coldStartSpans: false, ...options });
    return stats();
  },
  async call({ count, atOnce }) {
    const seen = [];
    const before = calls;
    await callMany(handlers.handler, count, atOnce, seen);
    return { ...report(seen), made: (calls - before) * SPANS_PER_CALL, stats: stats(), sockets: sockets() };
  },
  /** Makes calls every few milliseconds until no span waits for delivery. */
  async settle({ millis }) {
    const start = performance.now();
    const before = calls;
    const seen = [];
    do {
      seen.push(await callOnce(handlers.handler));
      await new Promise((resolve) => setTimeout(resolve, 20));
    } while ((stats()?.waiting ?? 0) > 0 && performance.now() - start < millis);
    return {
      ...report(seen),
      made: (calls - before) * SPANS_PER_CALL,
      stats: stats(),
      sockets: sockets(),
      settledMillis: performance.now() - start,
    };
  },
  /** Makes many calls. Returns the heap, after garbage collection, and the open sockets. */
  async endure({ count, atOnce }) {
    const seen = [];
    seen.push = () => 0;
    await callMany(handlers.handler, count, atOnce, seen);
    for (let round = 0; round < 4; round += 1) {
      globalThis.gc();
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    // Without waiting: a retry meanwhile makes 4 MB of garbage, because it encodes 512 spans.
    globalThis.gc();
    return { heapBytes: process.memoryUsage().heapUsed, sockets: sockets(), stats: stats() };
  },
  /** Runs the hook of an instance that FC stops. */
  async stop() {
    await handlers.preStop?.(context(0));
    return stats();
  },
};

process.on('message', ({ id, command, ...args }) => {
  void commands[command](args).then(
    (result) => process.send({ id, result }),
    (error) => process.send({ id, error: String(error?.stack ?? error) }),
  );
});
process.on('disconnect', () => process.exit());
