// Calls the sample `orders` in the emulator, once for each event, and prints the answers when all spans are delivered.
// A program of its own: jest's sandbox has no `import()`, which the OTLP exporter of the emulator needs.
//   node invoke-orders.cjs ENDPOINT EVENTS_AS_JSON
const path = require('node:path');
const root = path.join(__dirname, '..', '..');
const { startInstance } = require(path.join(root, 'cli', 'dist', 'emulator', 'start-instance.js'));

async function play(endpoint, events) {
  const instance = startInstance({
    handler: 'handler.handler',
    initializer: 'handler.initialize',
    codeDir: path.join(root, 'samples', 'dist', 'orders'),
    functionName: 'orders',
    timeout: 20,
    tracing: { endpoint },
  });
  try {
    const answers = [];
    for (const event of events) {
      const { ok, body, traceId } = await instance.invoke(event);
      answers.push({ ok, traceId, body: JSON.parse(body.toString()) });
    }
    await instance.delivered();
    process.stdout.write(JSON.stringify(answers));
  } finally {
    await instance.stop();
  }
}

void play(process.argv[2], JSON.parse(process.argv[3]));
