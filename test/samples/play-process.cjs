// Calls a built sample in one instance that sends to a collector, and prints as JSON: the results, the names of the
// spans that the collector had at each response, and all spans at the end. In its own process, because the OTLP
// exporter of the emulator imports `http` in a way that does not work inside jest.
const { join } = require('node:path');
const { startInstance } = require('../../cli/dist/emulator/instance.js');
const { startCollector } = require('../../cli/dist/viewer/collector.js');

const { sample, protocol, events, options } = JSON.parse(process.argv[2]);

async function main() {
  const collector = await startCollector();
  const instance = startInstance({
    handler: 'handler.handler',
    codeDir: join(__dirname, '..', '..', 'samples', 'dist', sample),
    functionName: sample,
    tracing: { endpoint: protocol === 'jaeger' ? collector.jaegerEndpoint : collector.otlpEndpoint },
    timeout: 10,
    ...options,
  });
  const calls = [];
  for (const event of events) {
    const { ok, body, coldStart, traceId, error } = await instance.invoke(event);
    const atAnswer = collector.spans().map(({ name }) => name);
    await instance.delivered();
    calls.push({ ok, body: body.toString(), coldStart, traceId, error, atAnswer });
  }
  await instance.stop();
  const { requests } = collector;
  const output = { calls, spans: collector.spans(), requests, logs: instance.logs };
  process.stdout.write(JSON.stringify(output, (_key, value) => (typeof value === 'bigint' ? `${value}n` : value)));
  await collector.close();
}

void main();
