// A module that takes SLOW_MILLIS milliseconds.
const end = performance.now() + Number(process.env.SLOW_MILLIS ?? 200);
while (performance.now() < end);
exports.rates = { teapot: 12 };
