// A program that is started by itself, as in a custom runtime: it loads something slow before fc-traced.
require('./slow-rates');
const { createHandler } = require('fc-traced');

const spans = [];
const nothing = async () => {};
const seen = {
  onStart() {},
  onEnd: ({ name, startTime, duration }) => spans.push({ name, startTime, duration }),
  forceFlush: nothing,
  shutdown: nothing,
};
const { handler } = createHandler(
  class {
    handle() {}
  },
  { name: 'main', spanProcessors: [seen] },
);

// Not at once: loading is to be over.
setImmediate(() => void handler(Buffer.from('{}'), {}, () => process.stdout.write(JSON.stringify(spans))));
