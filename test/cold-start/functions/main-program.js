// A program that the process is started with, as in a custom runtime. It loads a slow module before fc-traced.
require('./slow-rates');
const { createHandler } = require('fc-traced');

const spans = [];
const nothing = async () => {};
const processor = {
  onStart() {},
  onEnd: ({ name, startTime, duration }) => spans.push({ name, startTime, duration }),
  forceFlush: nothing,
  shutdown: nothing,
};
const { handler } = createHandler(
  class {
    handle() {}
  },
  { name: 'main', spanProcessors: [processor] },
);

// Deferred until loading has ended.
setImmediate(() => void handler(Buffer.from('{}'), {}, () => process.stdout.write(JSON.stringify(spans))));
