import { runProgram } from './run-program';

interface Outcome {
  readonly answers: readonly unknown[];
  readonly trees: readonly string[];
  /** For each client span: name, events, status code, error type, and whether it ended before the invocation span. */
  readonly spans: readonly unknown[];
  /** What OpenTelemetry logs, for example about calls on ended spans. */
  readonly logged: readonly string[];
}

// A server that sends the headers of a response at once, and its body after the function has answered.
const SETUP = `
  const http = require('node:http');
  const { diag, trace } = require('@opentelemetry/api');
  const logged = [];
  const record = (text) => void logged.push(String(text));
  const logger = { error: record, warn: record, info() {}, debug() {}, verbose() {} };
  diag.setLogger(logger, { suppressOverrideMessage: true });
  const server = http.createServer((request, response) => {
    response.writeHead(404).flushHeaders();
    setTimeout(() => response.end('no such thing'), 100);
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const base = 'http://127.0.0.1:' + server.address().port;
  const run = async (methods, instrumentations) => {
    const { handler } = createHandler(classOf(methods), { name: 'shop', instrumentations });
    const answers = [await invoke(handler, { call: 'request' })];
    const clients = traces.spans().filter(({ kind }) => kind === 'client');
    const end = traces.spans().find(({ name }) => name === 'shop')?.endNanos;
    const spans = clients.map(({ name, events, attributes, endNanos }) => [
      name,
      events.map((event) => event.name),
      attributes['http.response.status_code'] ?? null,
      attributes['error.type'] ?? null,
      endNanos <= end,
    ]);
    const trees = takeTrees();
    await new Promise((resolve) => setTimeout(resolve, 200));
    report({ answers, trees: [...trees, ...takeTrees()], spans, logged });
    setTimeout(() => process.exit(), 50);
  };`;

test.each([
  ['fetch', 'undici', 'async request() { return (await fetch(base)).status; }'],
  [
    'node:http',
    'http',
    'request: () => new Promise((resolve) => http.get(base, (response) => resolve(response.statusCode)))',
  ],
])('the span of a %s response whose body is not read ends once, with the invocation', async (_api, name, method) => {
  expect(await runProgram<Outcome>(`${SETUP} await run({ ${method} }, ['${name}']);`)).toEqual({
    answers: [404],
    trees: ['shop\n└─ Shop.request\n   └─ GET  ERROR'],
    spans: [['GET', ['fc_traced.abandoned'], 404, '404', true]],
    logged: [],
  });
});

test('a span that a library does not end is ended with the invocation; one that it starts later is not', async () => {
  expect(
    await runProgram<Outcome>(`${SETUP}
    const tracer = trace.getTracer('library');
    const request = () => {
      const open = tracer.startSpan('open', { kind: 2 });
      setTimeout(() => {
        open.setAttribute('late', true).addEvent('late').setStatus({ code: 2 }).updateName('late').end();
        tracer.startSpan('later').end();
      }, 10);
      for (let n = 0; n < 1000; n += 1) tracer.startSpan('query').end();
    };
    await run({ request }, []);`),
  ).toMatchObject({
    trees: [expect.stringMatching(/^shop\n└─ Shop\.request\n {3}├─ open\n( {3}[├└]─ query\n?){1000}$/), 'later'],
    spans: [['open', ['fc_traced.abandoned'], null, null, true]],
    logged: [],
  });
});

test.each([
  ['before any invocation', ''],
  ['after an invocation that is not sampled', "await invoke(handler, { call: 'request' }, unsampled());"],
])(
  "with the application's provider, registered %s, the span of an open request ends with the invocation",
  async (_when, before) => {
    const { answers, trees, logged } = await runProgram<Outcome>(`${SETUP}
    const { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } = require('@opentelemetry/sdk-trace-base');
    const exporter = new InMemorySpanExporter();
    traces.stop();
    const Shop = classOf({ async request() { return (await fetch(base)).status; } });
    const options = { name: 'shop', coldStartSpans: false, instrumentations: ['undici'] };
    const { handler } = createHandler(Shop, options);
    trace.disable();
    ${before}
    trace.setGlobalTracerProvider(new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] }));
    const describeSpan = ({ name, status, events }) =>
      [name, status.code, events.map((event) => event.name).join()].join(' ');
    const ended = () => exporter.getFinishedSpans().map(describeSpan);
    const answers = [await invoke(handler, { call: 'request' })];
    const trees = ended();
    await new Promise((resolve) => setTimeout(resolve, 200));
    report({ answers, trees: [...trees, ended().length], spans: [], logged });
    setTimeout(() => process.exit(), 50);`);
    expect(answers).toEqual([404]);
    expect(trees).toEqual(['Shop.request 0 ', 'GET 2 fc_traced.abandoned', 'shop 0 ', 3]);
    expect(logged.filter((text) => !text.includes('no endpoint is known'))).toEqual([]);
  },
);
