import { Handler } from 'fc-traced';
import type { HttpEvent } from 'fc-traced';
import { serve } from 'fc-traced/server';
import type { RunningServer } from 'fc-traced/server';
import { recordTraces } from 'fc-traced/testing';
import { createReadStream } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { connect } from 'node:net';
import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { rawRequest } from './raw-request';

let answerWith: (event: HttpEvent) => unknown = () => undefined;
@Handler()
class Api {
  handle(event: HttpEvent): unknown {
    return answerWith(event);
  }
}

let server: RunningServer;
const traces = recordTraces();
beforeAll(async () => {
  server = await serve(Api, { port: 0, host: '127.0.0.1' });
});
afterEach(() => traces.clear());
afterAll(async () => {
  traces.stop();
  await server.close();
});

async function ask(line: string, answer: typeof answerWith, headers = ''): Promise<string> {
  answerWith = answer;
  return (await rawRequest(server.port, `${line} HTTP/1.1\r\nhost: a:81\r\n${headers}\r\n`, 60)).text;
}
const attributes = (): object => traces.spans()[0]!.attributes;

test.each([
  ['a HEAD', 'HEAD /x', (): unknown => createReadStream('/nowhere/at/all')],
  ['a GET with status 204', 'GET /x', (): unknown => ({ statusCode: 204, body: createReadStream('/nowhere/at/all') })],
])(
  'a stream that is not read, of a response to %s, may fail without ending the process',
  async (_name, line, answer) => {
    expect(await ask(line, answer)).toMatch(/^HTTP\/1.1 20[04] /);
    await sleep(20);
    expect(traces.spans()[0]!.status.code).toBe('UNSET');
  },
);

test('each event has the time of its own request', async () => {
  const before = Date.now();
  const epochs: number[] = [];
  for (let request = 0; request < 2; request += 1) {
    await ask('GET /x', ({ requestContext: { time, timeEpoch } }) => {
      expect(Date.parse(time!)).toBe(Number(timeEpoch));
      epochs.push(Number(timeEpoch));
    });
  }
  expect(epochs[0]).toBeGreaterThanOrEqual(before);
  // The first connection stays open for 60 ms.
  expect(epochs[1]).toBeGreaterThan(epochs[0]!);
  expect(epochs[1]).toBeLessThanOrEqual(Date.now());
});

test('each request is handled by the entry that its setting handler names', async () => {
  class Two {
    @Handler()
    first(): string {
      return '1';
    }
    @Handler()
    second(): string {
      return '2';
    }
  }
  const two = await serve(Two, { port: 0, host: '127.0.0.1', trustFcHeaders: true });
  try {
    const answers: string[] = [];
    for (const name of ['first', 'second', 'second', 'first']) {
      const headers = { 'x-fc-function-handler': `index.${name}` };
      answers.push(await (await fetch(`http://127.0.0.1:${two.port}/`, { headers })).text());
    }
    expect(answers).toEqual(['1', '2', '2', '1']);
  } finally {
    await two.close();
  }
});

test('the program cannot set x-fc-status, by which FC counts failures', async () => {
  const own = { 'X-Fc-Status': '404', 'x-own': '1' };
  for (const body of ['text', Readable.from(['a', 'b'])]) {
    const text = await ask('GET /x', () => ({ statusCode: 200, headers: own, body }));
    expect(text).toMatch(/^HTTP\/1.1 200 [^]*x-own: 1/);
    expect(text).not.toContain('x-fc-status');
  }
  const missing = await ask('GET /x', () => ({ statusCode: 404, headers: own }));
  expect(missing).toMatch(/^HTTP\/1.1 404 [^]*x-fc-status: 200/);
});

test('headers that another listener of the server sets are kept, those of an answer that could not be sent are not', async () => {
  const listener = (_request: unknown, response: ServerResponse): void => void response.setHeader('x-other', '1');
  server.server.prependListener('request', listener);
  try {
    expect(await ask('GET /x', () => 'text')).toMatch(/^HTTP\/1.1 200 [^]*x-other: 1/);
    const failed = await ask('GET /x', () => ({
      statusCode: 200,
      headers: { 'x-own': '1', 'x-bad': 'a\nb' },
      body: 'x',
    }));
    expect(failed).toMatch(/^HTTP\/1.1 500 [^]*x-other: 1/);
    expect(failed).not.toContain('x-own');
  } finally {
    server.server.off('request', listener);
  }
});

test('a request target with scheme, user and host is reduced to its path, and the user is not recorded', async () => {
  expect(await ask('GET http://user:hunter22@shop.example/orders/7?a=1', (event) => event.rawPath)).toMatch(
    /\/orders\/7$/,
  );
  expect(attributes()).toMatchObject({
    'url.path': '/orders/7',
    'url.query': 'a=1',
    'url.scheme': 'http',
    'server.address': 'a',
    'server.port': 81,
  });
  expect(JSON.stringify(traces.spans().map((span) => span.attributes))).not.toContain('hunter22');
  expect(await ask('POST http://a/invoke', () => 'event', 'content-length: 0\r\n')).toMatch(
    /x-fc-status: 200[^]*event$/,
  );
});

test('url.query is the query of the request without its secrets', async () => {
  await ask(
    'GET /x?page=1&page=2&q=a+b%20c&flag&Tok%65n=t0&ACCESS-TOKEN=t1&token=t2&token=t3&next=%2Fhome%3Fapi_key%3Dt4&a=1?sig=t5&__proto__=1',
    () => 1,
  );
  expect(attributes()).toMatchObject({
    'url.query':
      'page=1&page=2&q=a+b%20c&flag&Tok%65n=REDACTED&ACCESS-TOKEN=REDACTED&token=REDACTED&token=REDACTED&next=REDACTED&a=REDACTED&__proto__=1',
  });
});

test('the content length of a HEAD is the header of the program, or the length of its body', async () => {
  expect(await ask('HEAD /x', () => ({ statusCode: 200, headers: { 'content-length': '1234' } }))).toContain(
    'content-length: 1234\r\n',
  );
  expect(
    await ask('HEAD /x', () => ({ statusCode: 200, headers: { 'content-length': '9' }, body: Readable.from(['a']) })),
  ).toContain('content-length: 9\r\n');
  expect(await ask('HEAD /x', () => 'hello')).toContain('content-length: 5\r\n');
});

test('an IncomingMessage is sent as a response: status, headers and body', async () => {
  const text = await ask('GET /x', () =>
    Object.assign(Readable.from(['made']), {
      statusCode: 201,
      headers: { 'content-type': 'text/plain', location: '/7' },
    }),
  );
  expect(text).toMatch(/^HTTP\/1.1 201 [^]*location: \/7[^]*made/);
});

test.each([100, 101])('a value with status %i is not a response but becomes JSON', async (statusCode) => {
  expect(await ask('GET /x', () => ({ statusCode, body: 'x' }))).toMatch(/^HTTP\/1.1 200 /);
});

test('a trailer header without trailers does not abort the response', async () => {
  expect(await ask('GET /x', () => ({ statusCode: 200, headers: { trailer: 'x-sum' }, body: 'hi' }))).toMatch(/hi$/);
});

test('an event call that fails with a value without a string form gets a response', async () => {
  expect(
    await ask(
      'POST /invoke',
      () => {
        throw Object.create(null);
      },
      'content-length: 0\r\n',
    ),
  ).toMatch(/^HTTP\/1.1 404 [^]*FunctionHandledError/);
});

test('a pipelined request is cancelled when the client disconnects, and a response that was not sent has no status', async () => {
  let cleaned = 0;
  async function* endless(): AsyncGenerator<Buffer> {
    try {
      for (;;) yield Buffer.alloc(70_000);
    } finally {
      cleaned += 1;
    }
  }
  answerWith = (event) => (event.rawPath === '/first' ? sleep(150, 'late') : endless());
  const socket = connect(server.port, '127.0.0.1').on('error', () => {});
  socket.write('GET /first HTTP/1.1\r\nhost: a\r\n\r\nGET /second HTTP/1.1\r\nhost: a\r\n\r\n');
  await sleep(60);
  socket.destroy();
  for (let tries = 0; tries < 100 && traces.spans().length < 2; tries += 1) await sleep(5);
  expect(cleaned).toBe(1);
  expect(traces.spans().map(({ events }) => events.map(({ name }) => name))).toEqual([
    ['fc_traced.cancelled'],
    ['fc_traced.cancelled'],
  ]);
  const first = traces.spans().find((span) => span.attributes['url.path'] === '/first')!;
  expect(first.attributes).not.toHaveProperty('http.response.status_code');
});

test('twenty pipelined requests get their responses in order', async () => {
  answerWith = async (event) => sleep(5, event.rawPath);
  const lines = Array.from({ length: 20 }, (_, n) => `GET /${n} HTTP/1.1\r\nhost: a\r\n\r\n`).join('');
  const { text } = await rawRequest(server.port, lines);
  expect(text.match(/\r\n\r\n\/\d+/g)!.map((found) => found.trim())).toEqual(
    Array.from({ length: 20 }, (_, n) => `/${n}`),
  );
  expect(new Set(traces.spans().map(({ traceId }) => traceId)).size).toBe(20);
});
