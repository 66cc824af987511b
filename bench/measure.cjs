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
  const times = [];
  const end = now() + milliseconds * 1e6;
  while (now() < end) {
    const start = now();
    await batch(BATCH);
    times.push((now() - start) / BATCH);
    // A turn of the event loop between batches, as between invocations: nothing piles up in the microtask queue.
    await new Promise(setImmediate);
  }
  return median(times);
}

/** Runs a contender: `calls[mode]` sets itself up and answers with the nanoseconds of one call. */
async function contend(calls) {
  const [mode, milliseconds] = process.argv.slice(2);
  process.stdout.write(JSON.stringify(await calls[mode](Number(milliseconds))));
}

module.exports = { contend, measure, median };
