// Functions without tracing, that misbehave on request.
exports.handler = async (event) => ({ event: JSON.parse(event.toString() || 'null') });
exports.raw = (event, context, callback) => callback(null, event);
exports.context = async (_event, context) => ({
  spanContext: context.tracing.openTracingSpanContext,
  timeout: context.function.timeout,
});
exports.failing = async () => {
  throw new RangeError('out of stock');
};
exports.hang = () => new Promise(() => undefined);
exports.deaf = () => {
  process.on('SIGTERM', () => undefined);
  return new Promise(() => undefined);
};
exports.exit = () => process.exit(3);
exports.flood = async () => {
  for (let line = 0; line < 20_000; line += 1) console.log(`line ${line} ${'x'.repeat(100)}`);
  process.stdout.write('y'.repeat(1_000_000));
  return 'flooded';
};
exports.children = async () => {
  const { spawn } = require('node:child_process');
  const child = spawn(process.execPath, ['-e', 'setInterval(() => undefined, 1000)'], { stdio: 'inherit' });
  return child.pid;
};
exports.garbage = () => {
  require('node:fs').writeSync(3, 'not a response\n');
  return new Promise(() => undefined);
};
exports.control = async () => '\u001b[2Jcleared';
exports.memory = async () => {
  const blocks = [];
  for (;;) {
    blocks.push(Buffer.alloc(8_000_000, 1));
    await new Promise((resolve) => setImmediate(resolve));
  }
};
let calls = 0;
exports.thirdHangs = () => {
  calls += 1;
  return calls === 3 ? new Promise(() => undefined) : Promise.resolve(calls);
};
