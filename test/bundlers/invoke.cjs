// A function instance: `invoke.cjs FILE ENDPOINT TRACE_ID`. Calls the initializer and the handler as FC does, with an
// endpoint of FC that decides the protocol. Prints the answer.
const path = require('node:path');

const [file, endpoint, traceId] = process.argv.slice(2);
const context = {
  requestId: '1-691f0000-15b1c3f1-0123456789ab',
  credentials: {},
  region: 'cn-hangzhou',
  accountId: '1234567890123456',
  retryCount: 0,
  logger: console,
  function: { name: 'matrix', handler: 'handler.handler', memory: 512, timeout: 60 },
  service: { logProject: '', logStore: '', qualifier: 'LATEST', versionId: '' },
  tracing: {
    openTracingSpanContext: `${traceId}:${traceId}:0:1`,
    openTracingSpanBaggages: {},
    jaegerEndpoint: endpoint,
  },
};

async function run() {
  const { handler, initialize } = require(path.resolve(file));
  await initialize(context);
  process.stdout.write(await handler(Buffer.from('{"article":"tea"}'), context));
}

void run().catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
