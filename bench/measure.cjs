// Times a loop for about `milliseconds` after a warm-up of half that, in batches, and gives the median batch in ns a call.

function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

const BATCH = 2_000;
const now = () => Number(process.hrtime.bigint());

/** `batch(count)` makes `count` calls; it may return a promise. */
async function measure(batch, milliseconds) {
  const warm = now() + milliseconds * 5e5;
  while (now() < warm) await batch(BATCH);
  return median(await timesOf(batch, milliseconds, BATCH));
}

/**
 * For calls that take long: warmed up by their number, since a busy machine gets through few in a time, and in batches so short that most are over
 * before the machine turns to another process. Gives the first quartile of the batches: it has most of those that were not interrupted.
 */
async function measureLong(batch, milliseconds, { size, warmUp }) {
  for (let calls = 0; calls < warmUp; calls += size) await batch(size);
  const times = (await timesOf(batch, milliseconds, size)).sort((a, b) => a - b);
  return times[times.length >> 2];
}

/** Nanoseconds of a call, by batch. */
async function timesOf(batch, milliseconds, size) {
  const times = [];
  const end = now() + milliseconds * 1e6;
  while (now() < end) {
    const start = now();
    await batch(size);
    times.push((now() - start) / size);
    // A turn of the event loop between batches, as between invocations: nothing piles up in the microtask queue.
    await new Promise(setImmediate);
  }
  return times;
}

/** Runs a contender: `calls[mode]` sets itself up and answers with the nanoseconds of one call. */
async function contend(calls) {
  const [mode, milliseconds] = process.argv.slice(2);
  process.stdout.write(JSON.stringify(await calls[mode](Number(milliseconds))));
}

module.exports = { contend, measure, measureLong, median };
