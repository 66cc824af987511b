// A module that takes its time, without taking a processor from whatever else runs.
Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, Number(process.env.SLOW_MILLIS ?? 200));
exports.rates = { teapot: 12 };
