// A module that really takes its time.
const end = performance.now() + 200;
while (performance.now() < end);
exports.rates = { teapot: 12 };
