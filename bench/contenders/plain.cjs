// Without tracing.
const { contend, measure } = require('../measure.cjs');
const { Work, batchesOf } = require('../work.cjs');

const { sync, async, steps } = batchesOf(new Work());
void contend({ sync: (ms) => measure(sync, ms), async: (ms) => measure(async, ms), steps: (ms) => measure(steps, ms) });
