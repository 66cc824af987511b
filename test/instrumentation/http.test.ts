import { inProgram } from './in-program';

/** One header of each name on the wire, and the name of the span that `traceparent` names. */
interface Request {
  readonly url: string;
  readonly headers: readonly string[];
  readonly from: string | undefined;
}

interface Seen {
  readonly requests: readonly Request[];
  readonly drawings: readonly string[];
  readonly told: readonly string[];
}

// A server that answers after a moment; W3C propagation as the application registers it, with a baggage of its own.
const SETTING = `
  const http = require('node:http'), https = require('node:https'), undici = require('undici');
  const { request: destructured } = require('node:http');
  const { context, propagation, trace } = require('@opentelemetry/api');
  const { CompositePropagator, W3CBaggagePropagator, W3CTraceContextPropagator } = require('@opentelemetry/core');
  propagation.setGlobalPropagator(new CompositePropagator({ propagators: [new W3CTraceContextPropagator(), new W3CBaggagePropagator()] }));
  const received = [];
  const server = http.createServer((request, response) => { received.push(request); setTimeout(() => response.end('answer'), 10); });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address(), base = 'http://127.0.0.1:' + port;
  const get = (path, headers, by = http.request) => new Promise((resolve, reject) => by({ host: '127.0.0.1', port, path, headers }, (response) => {
    let body = '';
    response.setEncoding('utf8').on('data', (part) => (body += part)).on('end', () => resolve(body));
  }).on('error', reject).end());
  const own = () => { const headers = {}; propagation.inject(context.active(), headers); return headers; };
  const capital = (headers) => Object.fromEntries(Object.entries(headers).map(([name, value]) => [name[0].toUpperCase() + name.slice(1), value]));
  const withBaggage = (work) => () => context.with(propagation.setBaggage(context.active(), propagation.createBaggage({ tenant: { value: 'acme' } })), work);
  const requests = () => {
    const spans = traces.spans();
    return received.map(({ url, rawHeaders }) => {
      const pairs = rawHeaders.flatMap((name, at) => (at % 2 === 0 ? [[name, rawHeaders[at + 1]]] : []));
      const ids = pairs.filter(([name]) => name.toLowerCase() === 'traceparent').map(([, value]) => value.split('-')[2]);
      const from = ids.length === 1 ? spans.find(({ spanId }) => spanId === ids[0]) : undefined;
      return { url, headers: pairs.map(([name, value]) => (/^(traceparent|tracestate)$/i.test(name) ? name.toLowerCase() : name.toLowerCase() + ': ' + value)).filter((text) => !/^(host|connection|accept|user-agent|sec-|content-|transfer)/.test(text)).sort(), from: from && from.name + ' ' + from.kind };
    });
  };
  const run = async (methods, instrumentations, ...calls) => {
    const { handler } = createHandler(classOf(methods), { name: 'shop', instrumentations });
    const answers = await Promise.all(calls.map((call) => invoke(handler, typeof call === 'string' ? { call } : call)));
    const seen = { answers, requests: requests(), drawings: drawn(), told };
    server.closeAllConnections();
    server.close();
    report(seen);
    setTimeout(() => process.exit(), 50);
  };`;

test('requests of node:http and fetch are client spans under the method that made them, and the far end hears of them', async () => {
  const { requests, drawings } = await inProgram<Seen>(`${SETTING}
    await run({ async buy() { await this.pay(); return (await fetch(base + '/stock')).text(); }, pay: () => get('/pay') }, ['http', 'undici'], 'buy');`);
  expect(drawings).toEqual(['shop\n└─ Shop.buy\n   ├─ Shop.pay\n   │  └─ GET\n   └─ GET']);
  expect(requests.map(({ url, from }) => [url, from])).toEqual([
    ['/pay', 'GET client'],
    ['/stock', 'GET client'],
  ]);
});

test('there is one header of a kind on the wire, that of the client span, whatever the program set itself and however it wrote it', async () => {
  const { requests } = await inProgram<Seen>(`${SETTING}
    const all = withBaggage(async () => {
      await get('/object', own());
      await get('/capital', capital(own()));
      await get('/both', { traceparent: 'one', Traceparent: 'two' });
      await fetch(base + '/fetch', { headers: own() });
      await fetch(base + '/fetch-capital', { headers: capital(own()) });
      await fetch(new Request(base + '/fetch-request', { headers: own() }));
      await undici.fetch(base + '/undici-fetch', { headers: own() });
      await (await undici.request(base + '/undici', { headers: capital(own()) })).body.text();
      await (await undici.request(base + '/undici-list', { headers: Object.entries(capital(own())).flat() })).body.text();
      await (await undici.request(base + '/undici-twice', { headers: { Traceparent: ['one', 'two'] } })).body.text();
    });
    await run({ all }, ['http', 'undici'], 'all');`);
  expect(requests).toHaveLength(10);
  expect(
    requests.filter(
      ({ headers, from }) => from !== 'GET client' || headers.join() !== 'baggage: tenant=acme,traceparent',
    ),
  ).toEqual([]);
});

test('the state of another trace does not go out beside the parent that the client span sets', async () => {
  const { requests } = await inProgram<Seen>(`${SETTING}
    const other = { traceparent: '00-' + '1'.repeat(32) + '-' + '2'.repeat(16) + '-01', TraceState: 'other=1' };
    const all = async () => {
      await get('/object', other);
      await get('/list', Object.entries({ host: '127.0.0.1', ...other }).flat());
      await fetch(base + '/fetch', { headers: other });
      await (await undici.request(base + '/undici', { headers: other })).body.text();
    };
    await run({ all }, ['http', 'undici'], 'all');`);
  expect(requests.map(({ headers }) => headers)).toEqual(Array(4).fill(['traceparent']));
});

test("headers that the propagator does not bring stay the program's", async () => {
  const { requests } = await inProgram<Seen>(`${SETTING}
    await run({ async all() { await get('/a', { Baggage: 'mine=1', 'X-Own': ['1', '2'] }); await fetch(base + '/b', { headers: { Baggage: 'mine=1' } }); } }, ['http', 'undici'], 'all');`);
  expect(requests.map(({ headers }) => headers)).toEqual([
    ['baggage: mine=1', 'traceparent', 'x-own: 1', 'x-own: 2'],
    ['baggage: mine=1', 'traceparent'],
  ]);
});

test('a request of node:http whose headers are an array is sent as it stands, with the trace of the method, and told', async () => {
  const { requests, drawings, told } = await inProgram<Seen>(`${SETTING}
    await run({ async all() { await get('/flat', ['Host', 'x', 'X-Own', '1', 'Traceparent', 'mine']); await get('/nested', [['Host', 'x'], ['X-Own', '1']]); } }, ['http'], 'all');`);
  expect(requests).toEqual(
    ['/flat', '/nested'].map((url) => ({ url, headers: ['traceparent', 'x-own: 1'], from: 'Shop.all internal' })),
  );
  expect(drawings).toEqual(['shop\n└─ Shop.all']);
  expect(told).toEqual([
    'requests of node:http whose headers are an array get no span of their own: give the headers as an object',
  ]);
});

test('requests of interleaved invocations that wait for one connection are each in their own trace', async () => {
  const { drawings, requests } = await inProgram<Seen>(`${SETTING}
    const pool = new undici.Pool(base, { connections: 1 }), agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
    const by = (options, onResponse) => http.request({ ...options, agent }, onResponse);
    await run({
      async pool({ n }) { return (await pool.request({ path: '/' + n, method: 'GET' })).body.text(); },
      agent: ({ n }) => get('/' + n, {}, by),
    }, ['http', 'undici'], { call: 'pool', n: 1 }, { call: 'pool', n: 2 }, { call: 'pool', n: 3 }, { call: 'agent', n: 4 }, { call: 'agent', n: 5 }, { call: 'agent', n: 6 });`);
  expect(drawings.slice().sort()).toEqual([
    ...Array(3).fill('shop\n└─ Shop.agent\n   └─ GET'),
    ...Array(3).fill('shop\n└─ Shop.pool\n   └─ GET'),
  ]);
  expect(requests.filter(({ from }) => from !== 'GET client')).toEqual([]);
});

test('a failed request is a failed span; requests that come in get no second server span', async () => {
  const { drawings } = await inProgram<Seen>(`${SETTING}
    const refused = await new Promise((resolve) => { const one = http.createServer().listen(0, () => { const { port } = one.address(); one.close(() => resolve(port)); }); });
    await run({ async all() { await fetch('http://127.0.0.1:' + refused).catch(() => {}); await get('/x', {}, () => http.get({ port: refused })).catch(() => {}); await get('/in'); } }, ['http', 'undici'], 'all');`);
  expect(drawings).toEqual([
    expect.stringMatching(/^shop\n└─ Shop\.all\n {3}├─ GET {2}ERROR.*\n {3}├─ GET {2}ERROR.*\n {3}└─ GET$/),
  ]);
});

test('what is requested outside of any span makes no trace, and in an invocation that is not recorded the ids of the caller are passed on', async () => {
  const seen = await inProgram<{ drawings: string[]; headers: string[] }>(`${SETTING}
    const { handler } = createHandler(classOf({ async all() { await get('/http'); await fetch(base + '/fetch'); } }), { name: 'shop', instrumentations: ['http', 'undici'] });
    await invoke(handler, { call: 'all' });
    drawn();
    received.length = 0;
    await fetch(base + '/outside');
    await get('/outside');
    await invoke(handler, { call: 'all' }, unsampled());
    report({ drawings: drawn(), headers: received.map(({ url, headers }) => url + ' ' + headers.traceparent) });
    process.exit();`);
  const passedOn = '00-0000000000000000124ed43254b54966-aaaaaaaaaaaaaaaa-00';
  expect(seen).toEqual({
    drawings: [],
    headers: ['/outside undefined', '/outside undefined', `/http ${passedOn}`, `/fetch ${passedOn}`],
  });
});
