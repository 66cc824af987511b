// Calls the sample `orders` in the emulator once for each event, and prints the results when all spans have been
// delivered. In its own process, because jest has no `import()`, which the OTLP exporter of the emulator needs.
//   node invoke-orders.cjs ENDPOINT EVENTS_AS_JSON
const path = require('node:path');
const root = path.join(__dirname, '..', '..');
const { startInstance } = require(path.join(root, 'cli', 'dist', 'emulator', 'instance.js'));

async function invokeOrders(endpoint, events) {
  const instance = startInstance({
    handler: 'handler.handler',
    initializer: 'handler.initialize',
    codeDir: path.join(root, 'samples', 'dist', 'orders'),
    functionName: 'orders',
    timeout: 20,
    tracing: { endpoint },
  });
  try {
    const results = [];
    for (const event of events) {
      const { ok, body, traceId } = await instance.invoke(event);
      results.push({ ok, traceId, body: JSON.parse(body.toString()) });
    }
    await instance.delivered();
    process.stdout.write(JSON.stringify(results));
  } finally {
    await instance.stop();
  }
}

void invokeOrders(process.argv[2], JSON.parse(process.argv[3]));
