// Measures a loop in batches for about `milliseconds`, after a warm-up of half that time. Returns the median of the
// batches in nanoseconds per call.

function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

const BATCH = 2_000;
const now = () => Number(process.hrtime.bigint());

/** `batch(count)` makes `count` calls, and may return a promise. */
async function measure(batch, milliseconds) {
  const warm = now() + milliseconds * 5e5;
  while (now() < warm) await batch(BATCH);
  return median(await timesOf(batch, milliseconds, BATCH));
}

/**
 * Measures slow calls. The warm-up is a number of calls instead of a time, because a busy machine makes few calls in a
 * given time. Batches are short, so that other processes interrupt few of them. Returns the first quartile of the
 * batches, because interrupted ones take longer.
 */
async function measureLong(batch, milliseconds, { size, warmUp }) {
  for (let calls = 0; calls < warmUp; calls += size) await batch(size);
  const times = (await timesOf(batch, milliseconds, size)).sort((a, b) => a - b);
  return times[times.length >> 2];
}

/** Returns the nanoseconds per call of each batch. */
async function timesOf(batch, milliseconds, size) {
  const times = [];
  const end = now() + milliseconds * 1e6;
  while (now() < end) {
    const start = now();
    await batch(size);
    times.push((now() - start) / size);
    // Lets the event loop turn between batches, as it does between invocations.
    await new Promise(setImmediate);
  }
  return times;
}

/** Runs a contender: `calls[mode]` sets itself up and returns the nanoseconds per call. */
async function contend(calls) {
  const [mode, milliseconds] = process.argv.slice(2);
  process.stdout.write(JSON.stringify(await calls[mode](Number(milliseconds))));
}

module.exports = { contend, measure, measureLong, median };
