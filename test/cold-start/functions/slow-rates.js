// A module that takes SLOW_MILLIS milliseconds to load, without using a processor.
Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, Number(process.env.SLOW_MILLIS ?? 200));
exports.rates = { teapot: 12 };
