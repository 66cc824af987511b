// A function instance from its start to its first answer: `cold-function.cjs PROGRAM ENDPOINT FLAG`. Loads the program,
// calls its initializer and then its handler with a context whose caller sampled if FLAG is 1. Prints the nanoseconds
// of these three steps, after which the trace has been delivered.
const [program, endpoint, flag] = process.argv.slice(2);
process.env.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT = endpoint;
process.env.FC_FUNCTION_NAME = 'bench';

async function run() {
  const context = {
    requestId: '1-691f0000-15b1c3f1-0123456789ab',
    credentials: {},
    region: 'cn-hangzhou',
    accountId: '1234567890123456',
    logger: console,
    function: { name: 'bench', handler: 'index.handler', memory: 512, timeout: 60, initializer: 'index.initialize' },
    service: { logProject: '', logStore: '', qualifier: 'LATEST', versionId: '' },
    tracing: { openTracingSpanContext: `124ed43254b54966:124ed43254b54966:0:${flag}`, openTracingSpanBaggages: {} },
  };
  if (endpoint.endsWith('/api/traces')) {
    delete process.env.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT;
    context.tracing.jaegerEndpoint = endpoint;
  }
  const start = process.hrtime.bigint();
  const { handler, initialize } = require(program);
  const loaded = process.hrtime.bigint();
  await initialize(context);
  const initialized = process.hrtime.bigint();
  const answer = await handler(Buffer.from('{"n":1}'), context);
  const answered = process.hrtime.bigint();
  if (answer.n !== 2) throw new Error('wrong answer');
  const steps = [loaded - start, initialized - loaded, answered - initialized, answered - start].map(Number);
  process.stdout.write(JSON.stringify(steps), () => process.exit());
}

void run();
