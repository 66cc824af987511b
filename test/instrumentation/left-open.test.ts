import { inProgram } from './in-program';

interface Seen {
  readonly answers: readonly unknown[];
  readonly drawings: readonly string[];
  /** Each client span's events, attributes that an answer gives it, and whether it ended with the invocation's. */
  readonly spans: readonly unknown[];
  /** What OpenTelemetry says of calls on spans that have ended. */
  readonly complaints: readonly string[];
}

// A server that answers with the head of a response, and with its body a moment after the function has answered.
const SETTING = `
  const http = require('node:http');
  const { diag, trace } = require('@opentelemetry/api');
  const complaints = [];
  const complain = (text) => void complaints.push(String(text));
  diag.setLogger({ error: complain, warn: complain, info() {}, debug() {}, verbose() {} }, { suppressOverrideMessage: true });
  const server = http.createServer((request, response) => { response.writeHead(404).flushHeaders(); setTimeout(() => response.end('no such thing'), 100); });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const base = 'http://127.0.0.1:' + server.address().port;
  const run = async (methods, instrumentations) => {
    const { handler } = createHandler(classOf(methods), { name: 'shop', instrumentations });
    const answers = [await invoke(handler, { call: 'ask' })];
    const clients = traces.spans().filter(({ kind }) => kind === 'client');
    const end = traces.spans().find(({ name }) => name === 'shop')?.endNanos;
    const spans = clients.map(({ name, events, attributes, endNanos }) => [name, events.map((event) => event.name), attributes['http.response.status_code'] ?? null, attributes['error.type'] ?? null, endNanos <= end]);
    const drawings = drawn();
    await new Promise((resolve) => setTimeout(resolve, 200));
    report({ answers, drawings: [...drawings, ...drawn()], spans, complaints });
    setTimeout(() => process.exit(), 50);
  };`;

test.each([
  ['fetch', 'undici', 'async ask() { return (await fetch(base)).status; }'],
  [
    'node:http',
    'http',
    'ask: () => new Promise((resolve) => http.get(base, (response) => resolve(response.statusCode)))',
  ],
])(
  'a response of %s whose body nobody reads: its span ends with the invocation, once, and is in the trace',
  async (_which, name, method) => {
    expect(await inProgram<Seen>(`${SETTING} await run({ ${method} }, ['${name}']);`)).toEqual({
      answers: [404],
      drawings: ['shop\n└─ Shop.ask\n   └─ GET  ERROR'],
      spans: [['GET', ['fc_traced.abandoned'], 404, '404', true]],
      complaints: [],
    });
  },
);

test('a span that a library starts and forgets ends with the invocation; one that it starts later is its own matter', async () => {
  expect(
    await inProgram<Seen>(`${SETTING}
    const tracer = trace.getTracer('library');
    const ask = () => {
      const forgotten = tracer.startSpan('forgotten', { kind: 2 });
      setTimeout(() => { forgotten.setAttribute('late', true).addEvent('late').setStatus({ code: 2 }).updateName('late').end(); tracer.startSpan('later').end(); }, 10);
      for (let n = 0; n < 1000; n += 1) tracer.startSpan('query').end();
    };
    await run({ ask }, []);`),
  ).toMatchObject({
    drawings: [expect.stringMatching(/^shop\n└─ Shop\.ask\n {3}├─ forgotten\n( {3}[├└]─ query\n?){1000}$/), 'later'],
    spans: [['forgotten', ['fc_traced.abandoned'], null, null, true]],
    complaints: [],
  });
});

test.each([
  ['before any invocation', ''],
  ['after an invocation that is not sampled', "await invoke(handler, { call: 'ask' }, unsampled());"],
])(
  'on the application’s own provider, too, registered %s, an instrumented call that is left open ends with the invocation',
  async (_when, before) => {
    const { answers, drawings, complaints } = await inProgram<Seen>(`${SETTING}
    const { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } = require('@opentelemetry/sdk-trace-base');
    const exporter = new InMemorySpanExporter();
    traces.stop();
    const { handler } = createHandler(classOf({ async ask() { return (await fetch(base)).status; } }), { name: 'shop', coldStartSpans: false, instrumentations: ['undici'] });
    trace.disable();
    ${before}
    trace.setGlobalTracerProvider(new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] }));
    const ended = () => exporter.getFinishedSpans().map(({ name, status, events }) => [name, status.code, events.map((event) => event.name).join()].join(' '));
    const answers = [await invoke(handler, { call: 'ask' })];
    const drawings = ended();
    await new Promise((resolve) => setTimeout(resolve, 200));
    report({ answers, drawings: [...drawings, ended().length], spans: [], complaints });
    setTimeout(() => process.exit(), 50);`);
    expect(answers).toEqual([404]);
    expect(drawings).toEqual(['Shop.ask 0 ', 'GET 2 fc_traced.abandoned', 'shop 0 ', 3]);
    expect(complaints.filter((text) => !text.includes('no endpoint is known'))).toEqual([]);
  },
);
