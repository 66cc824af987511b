import { createHandler, Handler, HttpError, readJson } from 'fc-traced';
import type { FcContext, HttpEvent } from 'fc-traced';
import { fakeFcContext, invoke, recordTraces } from 'fc-traced/testing';
import { Readable } from 'node:stream';

let answerWith: (event: HttpEvent) => unknown = () => undefined;
@Handler({ route: '/orders/{id}' })
class Api {
  handle(event: HttpEvent): unknown {
    return answerWith(event);
  }
}
const { handler } = createHandler(Api);
const traces = recordTraces();
afterEach(() => traces.clear());
afterAll(() => traces.stop());

const lines: unknown[][] = [];
const log = (...values: unknown[]): void => void lines.push(values);
const context: FcContext = { ...fakeFcContext(), logger: { log, debug: log, info: log, warn: log, error: log } };

function request(over: object = {}): object {
  return {
    version: 'v1',
    rawPath: '/orders/7',
    body: '{"n":1}',
    isBase64Encoded: false,
    queryParameters: { page: '2', access_token: 'abc' },
    headers: {
      Host: 'shop.example:8443',
      'User-Agent': 'probe',
      'X-Forwarded-Proto': 'https',
      'X-Forwarded-For': '203.0.113.9, 10.0.0.1',
    },
    requestContext: { http: { method: 'POST', path: '/orders/7', protocol: 'HTTP/1.1', sourceIp: '10.0.0.1' } },
    ...over,
  };
}
const ask = (answer: typeof answerWith, over?: object): Promise<unknown> => {
  answerWith = answer;
  return invoke(handler, request(over), context);
};
const json = { 'content-type': 'application/json' };

const given = { statusCode: 201, headers: { location: '/orders/8' }, isBase64Encoded: false, body: 'made' };
test.each<[string, () => unknown, object]>([
  [
    'a string',
    () => 'hello',
    {
      statusCode: 200,
      headers: { 'content-type': 'text/plain; charset=utf-8' },
      isBase64Encoded: false,
      body: 'hello',
    },
  ],
  ['an object', () => ({ id: 7 }), { statusCode: 200, headers: json, isBase64Encoded: false, body: '{"id":7}' }],
  ['an array', () => [1, 2], { statusCode: 200, headers: json, isBase64Encoded: false, body: '[1,2]' }],
  [
    'bytes',
    () => Buffer.from([255, 0]),
    { statusCode: 200, headers: { 'content-type': 'application/octet-stream' }, isBase64Encoded: true, body: '/wA=' },
  ],
  ['undefined', () => undefined, { statusCode: 200, headers: {}, isBase64Encoded: true, body: '' }],
  [
    'a Node.js stream',
    () => Readable.from(['a', Buffer.from('b')]),
    { statusCode: 200, headers: { 'content-type': 'application/octet-stream' }, isBase64Encoded: true, body: 'YWI=' },
  ],
  [
    'a web Response',
    () => new Response('hi', { status: 202, headers: { 'content-type': 'text/plain' } }),
    { statusCode: 202, headers: { 'content-type': 'text/plain' }, isBase64Encoded: false, body: 'hi' },
  ],
  [
    'an async generator',
    async function* () {
      yield 'a';
      yield 'b';
    },
    { statusCode: 200, headers: { 'content-type': 'application/octet-stream' }, isBase64Encoded: true, body: 'YWI=' },
  ],
  [
    'a response with web headers',
    () => ({
      statusCode: 201,
      headers: new Headers([
        ['Location', '/orders/8'],
        ['x-a', '1'],
        ['X-A', '2'],
      ]),
      body: 'made',
    }),
    { statusCode: 201, headers: { location: '/orders/8', 'x-a': '1, 2' }, isBase64Encoded: false, body: 'made' },
  ],
  [
    'a response with an array of header pairs',
    () => ({
      statusCode: 200,
      headers: [
        ['set-cookie', 'a=1'],
        ['Set-Cookie', 'b=2'],
      ],
      body: 'made',
    }),
    { statusCode: 200, headers: { 'set-cookie': 'a=1', 'Set-cookie': 'b=2' }, isBase64Encoded: false, body: 'made' },
  ],
  [
    'a response whose body is an object',
    () => ({ statusCode: 404, body: { why: 'no' } }),
    { statusCode: 404, headers: json, isBase64Encoded: false, body: '{"why":"no"}' },
  ],
])('%s becomes a response in the format of FC', async (_name, make, wanted) => {
  expect(await ask(make)).toEqual(wanted);
});

test('a response in the format of FC is returned as the same object', async () => {
  expect(await ask(() => given)).toBe(given);
});

test('a web Response without getSetCookie', async () => {
  const answer = {
    status: 202,
    headers: new Map([['content-type', 'text/plain']]),
    body: Readable.from(['old']),
    arrayBuffer: () => undefined,
  };
  expect(await ask(() => answer)).toEqual({
    statusCode: 202,
    headers: { 'content-type': 'text/plain' },
    isBase64Encoded: false,
    body: 'old',
  });
});

test('several cookies are several headers', async () => {
  const answer = (await ask(() => ({ statusCode: 200, headers: { 'set-cookie': ['a=1', 'b=2'] }, body: '' }))) as {
    headers: Record<string, string>;
  };
  expect(Object.values(answer.headers)).toEqual(['a=1', 'b=2']);
  expect(Object.keys(answer.headers).map((name) => name.toLowerCase())).toEqual(['set-cookie', 'set-cookie']);
});

test('an HttpError becomes its status and a problem document; below 500 the span status is unset', async () => {
  const answer = await ask(() => {
    throw new HttpError(404, 'no such order', { headers: { 'cache-control': 'no-store' } });
  });
  expect(answer).toEqual({
    statusCode: 404,
    headers: { 'cache-control': 'no-store', 'content-type': 'application/problem+json' },
    isBase64Encoded: false,
    body: '{"status":404,"detail":"no such order"}',
  });
  expect(traces.spans()[0]).toMatchObject({
    status: { code: 'UNSET' },
    events: [],
    attributes: { 'http.response.status_code': 404 },
  });
});

test('any other error becomes a 500 without details, is logged, and sets the span status to ERROR', async () => {
  lines.length = 0;
  const error = new Error('password of the database is hunter22');
  const answer = (await ask(() => {
    throw error;
  })) as { body: string; statusCode: number };
  expect(answer.statusCode).toBe(500);
  expect(JSON.stringify(answer)).not.toContain('hunter22');
  expect(lines[0]![0]).toBe(error);
  expect(traces.spans()[0]).toMatchObject({
    status: { code: 'ERROR' },
    attributes: { 'http.response.status_code': 500, 'error.type': 'Error' },
  });
});

test.each<[string, () => unknown]>([
  ['a value that cannot be converted to JSON', () => 10n],
  [
    'an HttpError whose body cannot be converted to JSON',
    () => {
      throw new HttpError(400, 'x', { body: { big: 1n } });
    },
  ],
  [
    'a stream that fails',
    () =>
      Readable.from(
        (async function* () {
          yield 'a';
          throw new Error('disk');
        })(),
      ),
  ],
  [
    'throw undefined',
    () => {
      throw undefined;
    },
  ],
])('%s becomes a 500, and the function does not fail', async (_name, make) => {
  expect(await ask(make)).toMatchObject({ statusCode: 500 });
  expect(traces.spans()[0]).toMatchObject({ status: { code: 'ERROR' } });
});

test('a 5xx response sets the span status to ERROR without an exception event', async () => {
  await ask(() => ({ statusCode: 503, body: 'later' }));
  expect(traces.spans()[0]).toMatchObject({
    status: { code: 'ERROR' },
    events: [],
    attributes: { 'error.type': '503', 'http.response.status_code': 503 },
  });
});

test('the span has the name and attributes of the HTTP conventions, without secrets in the query', async () => {
  await ask(async (event) => readJson(event));
  const [span] = traces.spans();
  expect(span).toMatchObject({
    name: 'POST /orders/{id}',
    kind: 'server',
    attributes: {
      'http.request.method': 'POST',
      'http.route': '/orders/{id}',
      'url.path': '/orders/7',
      'url.query': 'page=2&access_token=REDACTED',
      'url.scheme': 'https',
      'server.address': 'shop.example',
      'server.port': 8443,
      'client.address': '203.0.113.9',
      'network.protocol.version': '1.1',
      'user_agent.original': 'probe',
      'http.response.status_code': 200,
      'faas.trigger': 'http',
    },
  });
});

test('query parameters of unexpected types do not prevent the span', async () => {
  await ask(() => 1, { queryParameters: { half: '\ud800', list: [1], odd: { toString: 0 }, page: 2, token: 'abc' } });
  expect(traces.spans()[0]!.attributes).toMatchObject({ 'url.query': 'half=%EF%BF%BD&page=2&token=REDACTED' });
});

test('an unknown method is _OTHER', async () => {
  await ask(() => 1, { requestContext: { http: { method: 'BREW', path: '/' } } });
  expect(traces.spans()[0]!.attributes).toMatchObject({
    'http.request.method': '_OTHER',
    'http.request.method_original': 'BREW',
  });
});

test('with http: false, value and error are unchanged', async () => {
  class Plain {
    handle(event: { rawPath: string }): unknown {
      if (event.rawPath === '/fail') throw given;
      return 'plain';
    }
  }
  const plain = createHandler(Plain, { http: false }).handler;
  expect(await invoke(plain, request())).toBe('plain');
  await expect(invoke(plain, request({ rawPath: '/fail' }))).rejects.toBe(given);
});

/** A promise that starts its work when something waits for it, as those of some libraries do. */
class Lazy<T> extends Promise<T> {
  constructor(private readonly start: (resolve: (value: T) => void, reject: (error: unknown) => void) => void) {
    super(() => {});
  }
  static override get [Symbol.species](): PromiseConstructor {
    return Promise;
  }
  override then<A = T, B = never>(
    onResolved?: ((value: T) => A | PromiseLike<A>) | null,
    onRejected?: ((error: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    return new Promise<T>(this.start).then(onResolved, onRejected);
  }
}

test.each<[string, () => unknown]>([
  ['a promise', async () => ({ n: 1 })],
  ['a value', () => ({ n: 1 })],
  ['a thenable', () => ({ then: (resolve: (value: unknown) => void) => resolve({ n: 1 }) })],
  ['a promise that starts when it is awaited', () => new Lazy((resolve) => resolve({ n: 1 }))],
])('%s is awaited as an async function awaits it', async (_kind, result) => {
  expect(await ask(result)).toMatchObject({ statusCode: 200, body: '{"n":1}' });
});

test.each<[string, () => unknown]>([
  ['a promise', () => Promise.reject(new HttpError(409, 'taken'))],
  [
    'a thenable',
    () => ({ then: (_: unknown, reject: (error: unknown) => void) => reject(new HttpError(409, 'taken')) }),
  ],
  ['a promise that starts when it is awaited', () => new Lazy((_, reject) => reject(new HttpError(409, 'taken')))],
  [
    'a promise whose constructor throws when it is read',
    () =>
      Object.defineProperty(Promise.resolve(1), 'constructor', {
        get() {
          throw new HttpError(409, 'taken');
        },
      }),
  ],
])('the error of %s becomes the response', async (_kind, result) => {
  expect(await ask(result)).toMatchObject({ statusCode: 409 });
});

const Bluebird = jest.requireActual<{ resolve(value: unknown): { delay(millis: number): unknown } }>('bluebird');

test('a program may replace the global Promise, as programs with bluebird do', async () => {
  const { Promise: real } = globalThis;
  try {
    globalThis.Promise = Bluebird as never;
    expect(await ask(async () => ({ n: 1 }))).toMatchObject({ statusCode: 200, body: '{"n":1}' });
    expect(await ask(() => Bluebird.resolve({ n: 1 }).delay(1))).toMatchObject({ statusCode: 200, body: '{"n":1}' });
  } finally {
    globalThis.Promise = real;
  }
});
