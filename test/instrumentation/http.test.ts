import { runProgram } from './run-program';

/** A received request: its headers, and name and kind of the span that its only `traceparent` names. */
interface ReceivedRequest {
  readonly url: string;
  readonly headers: readonly string[];
  readonly parent: string | undefined;
}

interface Outcome {
  readonly requests: readonly ReceivedRequest[];
  readonly trees: readonly string[];
  readonly warnings: readonly string[];
}

// A server that responds after a moment, and the SDK's W3C propagators, registered by the application.
const SETUP = `
  const http = require('node:http'), https = require('node:https'), undici = require('undici');
  const { request: destructured } = require('node:http');
  const { context, propagation, trace } = require('@opentelemetry/api');
  const { CompositePropagator, W3CBaggagePropagator, W3CTraceContextPropagator } = require('@opentelemetry/core');
  const propagators = [new W3CTraceContextPropagator(), new W3CBaggagePropagator()];
  propagation.setGlobalPropagator(new CompositePropagator({ propagators }));
  const received = [];
  const server = http.createServer((request, response) => {
    received.push(request);
    setTimeout(() => response.end('answer'), 10);
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address(), base = 'http://127.0.0.1:' + port;
  const get = (path, headers, request = http.request) =>
    new Promise((resolve, reject) =>
      request({ host: '127.0.0.1', port, path, headers }, (response) => {
        let body = '';
        response.setEncoding('utf8').on('data', (part) => (body += part)).on('end', () => resolve(body));
      })
        .on('error', reject)
        .end(),
    );
  const injected = () => {
    const headers = {};
    propagation.inject(context.active(), headers);
    return headers;
  };
  const capitalized = (headers) =>
    Object.fromEntries(Object.entries(headers).map(([name, value]) => [name[0].toUpperCase() + name.slice(1), value]));
  const baggage = propagation.createBaggage({ tenant: { value: 'acme' } });
  const withBaggage = (work) => () => context.with(propagation.setBaggage(context.active(), baggage), work);
  const UNRELATED = /^(host|connection|accept|user-agent|sec-|content-|transfer)/;
  const describeHeader = ([name, value]) =>
    /^traceparent$/i.test(name) ? name.toLowerCase() : name.toLowerCase() + ': ' + value;
  const requests = () => {
    const spans = traces.spans();
    return received.map(({ url, rawHeaders }) => {
      const pairs = rawHeaders.flatMap((name, at) => (at % 2 === 0 ? [[name, rawHeaders[at + 1]]] : []));
      const parents = pairs.filter(([name]) => name.toLowerCase() === 'traceparent');
      const ids = parents.map(([, value]) => value.split('-')[2]);
      const parent = ids.length === 1 ? spans.find(({ spanId }) => spanId === ids[0]) : undefined;
      return {
        url,
        headers: pairs.map(describeHeader).filter((text) => !UNRELATED.test(text)).sort(),
        parent: parent && parent.name + ' ' + parent.kind,
      };
    });
  };
  const run = async (methods, instrumentations, ...calls) => {
    const { handler } = createHandler(classOf(methods), { name: 'shop', instrumentations });
    await Promise.all(calls.map((call) => invoke(handler, typeof call === 'string' ? { call } : call)));
    const outcome = { requests: requests(), trees: takeTrees(), warnings };
    server.closeAllConnections();
    server.close();
    report(outcome);
    setTimeout(() => process.exit(), 50);
  };`;

test('requests of node:http and fetch have client spans, children of the method, whose ids they carry', async () => {
  const { requests, trees } = await runProgram<Outcome>(`${SETUP}
    const buy = async function () {
      await this.pay();
      return (await fetch(base + '/stock')).text();
    };
    await run({ buy, pay: () => get('/pay') }, ['http', 'undici'], 'buy');`);
  expect(trees).toEqual(['shop\n└─ Shop.buy\n   ├─ Shop.pay\n   │  └─ GET\n   └─ GET']);
  expect(requests.map(({ url, parent }) => [url, parent])).toEqual([
    ['/pay', 'GET client'],
    ['/stock', 'GET client'],
  ]);
});

test('a header that the program sets in any form is sent once, with the value of the client span', async () => {
  const { requests } = await runProgram<Outcome>(`${SETUP}
    const post = async (path, headers) => (await undici.request(base + path, { headers })).body.text();
    const all = withBaggage(async () => {
      await get('/object', injected());
      await get('/capitalized', capitalized(injected()));
      await get('/both', { traceparent: 'one', Traceparent: 'two' });
      await fetch(base + '/fetch', { headers: injected() });
      await fetch(base + '/fetch-capitalized', { headers: capitalized(injected()) });
      await fetch(new Request(base + '/fetch-request', { headers: injected() }));
      await undici.fetch(base + '/undici-fetch', { headers: injected() });
      await post('/undici', capitalized(injected()));
      await post('/undici-list', Object.entries(capitalized(injected())).flat());
      await post('/undici-twice', { Traceparent: ['one', 'two'] });
    });
    await run({ all }, ['http', 'undici'], 'all');`);
  expect(requests).toHaveLength(10);
  expect(
    requests.filter(
      ({ headers, parent }) =>
        parent !== 'GET client' || headers.join() !== 'baggage: tenant=acme,traceparent,tracestate: ot=th:0',
    ),
  ).toEqual([]);
});

test('a tracestate of another trace is not sent with the traceparent of the client span', async () => {
  const { requests } = await runProgram<Outcome>(`${SETUP}
    const other = { traceparent: '00-' + '1'.repeat(32) + '-' + '2'.repeat(16) + '-01', TraceState: 'other=1' };
    const all = async () => {
      await get('/object', other);
      await get('/list', Object.entries({ host: '127.0.0.1', ...other }).flat());
      await fetch(base + '/fetch', { headers: other });
      await (await undici.request(base + '/undici', { headers: other })).body.text();
    };
    await run({ all }, ['http', 'undici'], 'all');`);
  expect(requests.map(({ headers }) => headers)).toEqual(Array(4).fill(['traceparent', 'tracestate: ot=th:0']));
});

test("the program's headers are kept if the propagator does not inject them", async () => {
  const { requests } = await runProgram<Outcome>(`${SETUP}
    const all = async () => {
      await get('/a', { Baggage: 'mine=1', 'X-Own': ['1', '2'] });
      await fetch(base + '/b', { headers: { Baggage: 'mine=1' } });
    };
    await run({ all }, ['http', 'undici'], 'all');`);
  expect(requests.map(({ headers }) => headers)).toEqual([
    ['baggage: mine=1', 'traceparent', 'tracestate: ot=th:0', 'x-own: 1', 'x-own: 2'],
    ['baggage: mine=1', 'traceparent', 'tracestate: ot=th:0'],
  ]);
});

test('a request of node:http with an array of headers has no span, and carries the id of the method', async () => {
  const { requests, trees, warnings } = await runProgram<Outcome>(`${SETUP}
    const all = async () => {
      await get('/flat', ['Host', 'x', 'X-Own', '1', 'Traceparent', 'mine']);
      await get('/nested', [['Host', 'x'], ['X-Own', '1']]);
    };
    await run({ all }, ['http'], 'all');`);
  expect(requests).toEqual(
    ['/flat', '/nested'].map((url) => ({
      url,
      headers: ['traceparent', 'tracestate: ot=th:0', 'x-own: 1'],
      parent: 'Shop.all internal',
    })),
  );
  expect(trees).toEqual(['shop\n└─ Shop.all']);
  expect(warnings).toEqual([
    'a request of node:http whose headers are an array gets no span: pass the headers as an object',
  ]);
});

test('requests of concurrent invocations that share one connection are each in their own trace', async () => {
  const { trees, requests } = await runProgram<Outcome>(`${SETUP}
    const pool = new undici.Pool(base, { connections: 1 }), agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
    const withAgent = (options, onResponse) => http.request({ ...options, agent }, onResponse);
    const methods = {
      pool: async ({ n }) => (await pool.request({ path: '/' + n, method: 'GET' })).body.text(),
      agent: ({ n }) => get('/' + n, {}, withAgent),
    };
    const calls = [1, 2, 3, 4, 5, 6].map((n) => ({ call: n <= 3 ? 'pool' : 'agent', n }));
    await run(methods, ['http', 'undici'], ...calls);`);
  expect(trees.slice().sort()).toEqual([
    ...Array(3).fill('shop\n└─ Shop.agent\n   └─ GET'),
    ...Array(3).fill('shop\n└─ Shop.pool\n   └─ GET'),
  ]);
  expect(requests.filter(({ parent }) => parent !== 'GET client')).toEqual([]);
});

test('the span of a failed request has the status ERROR; an incoming request has no second server span', async () => {
  const { trees } = await runProgram<Outcome>(`${SETUP}
    const refused = await new Promise((resolve) => {
      const closed = http.createServer().listen(0, () => {
        const { port } = closed.address();
        closed.close(() => resolve(port));
      });
    });
    const all = async () => {
      await fetch('http://127.0.0.1:' + refused).catch(() => {});
      await get('/x', {}, () => http.get({ port: refused })).catch(() => {});
      await get('/in');
    };
    await run({ all }, ['http', 'undici'], 'all');`);
  expect(trees).toEqual([
    expect.stringMatching(/^shop\n└─ Shop\.all\n {3}├─ GET {2}ERROR.*\n {3}├─ GET {2}ERROR.*\n {3}└─ GET$/),
  ]);
});

test('a request outside of a span starts no trace, and an unrecorded invocation propagates its caller', async () => {
  const outcome = await runProgram<{ trees: string[]; headers: string[] }>(`${SETUP}
    const Shop = classOf({ async all() { await get('/http'); await fetch(base + '/fetch'); } });
    const { handler } = createHandler(Shop, { name: 'shop', instrumentations: ['http', 'undici'] });
    await invoke(handler, { call: 'all' });
    takeTrees();
    received.length = 0;
    await fetch(base + '/outside');
    await get('/outside');
    await invoke(handler, { call: 'all' }, unsampled());
    report({ trees: takeTrees(), headers: received.map(({ url, headers }) => url + ' ' + headers.traceparent) });
    process.exit();`);
  const propagated = '00-0000000000000000124ed43254b54966-aaaaaaaaaaaaaaaa-00';
  expect(outcome).toEqual({
    trees: [],
    headers: ['/outside undefined', '/outside undefined', `/http ${propagated}`, `/fetch ${propagated}`],
  });
});
