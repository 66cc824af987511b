import { Handler, HttpError, InjectContext, readBody, Service, Traced, traceHeaders } from 'fc-traced';
import type { FcContext, HttpEvent } from 'fc-traced';
import { serve } from 'fc-traced/server';
import type { RunningServer } from 'fc-traced/server';
import { recordTraces } from 'fc-traced/testing';
import http from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

let closedStreams = 0;
@Service()
class Ticker {
  @Traced('ticks')
  async *ticks(count: number): AsyncGenerator<string> {
    try {
      for (let n = 0; n < count; n += 1) {
        yield `data: ${n}\n\n`;
        await sleep(5);
      }
    } finally {
      closedStreams += 1;
    }
  }
}

@Handler()
class Api {
  constructor(
    private readonly ticker: Ticker,
    @InjectContext() private readonly context: FcContext,
  ) {}
  async handle(event: HttpEvent & { order?: number }): Promise<unknown> {
    if (event.rawPath === undefined) {
      if (event.order === 13) throw new Error('unlucky');
      return { order: event.order, by: this.context.function.name };
    }
    if (event.rawPath === '/events') {
      return {
        statusCode: 200,
        headers: { 'content-type': 'text/event-stream' },
        body: this.ticker.ticks(Number(event.queryParameters.n)),
      };
    }
    if (event.rawPath === '/missing') throw new HttpError(404, 'none');
    if (event.rawPath === '/boom') throw new Error('secret detail');
    if (event.rawPath === '/echo') return readBody(event);
    if (event.rawPath === '/headers') return traceHeaders();
    return { path: event.rawPath, id: this.context.requestId };
  }
}

let server: RunningServer;
let url = '';
const traces = recordTraces();
beforeAll(async () => {
  server = await serve(Api, { port: 0, host: '127.0.0.1', bodyLimitBytes: 1_000_000, trustFcHeaders: true });
  url = `http://127.0.0.1:${server.port}`;
});
afterEach(() => traces.clear());
afterAll(async () => {
  traces.stop();
  await server.close();
});

test('POST /invoke passes the event to the class and responds as FC requires', async () => {
  const answer = await fetch(`${url}/invoke`, {
    method: 'POST',
    headers: { 'x-fc-function-name': 'orders', 'x-fc-control-path': '/invoke' },
    body: '{"order":7}',
  });
  expect([answer.status, answer.headers.get('x-fc-status'), await answer.json()]).toEqual([
    200,
    '200',
    { order: 7, by: 'orders' },
  ]);
  expect(traces.spans()[0]).toMatchObject({ name: 'orders', kind: 'server' });
});

test('a failed event call has status 404, x-fc-status and the error in the format of FC', async () => {
  const answer = await fetch(`${url}/invoke`, { method: 'POST', body: '{"order":13}' });
  expect([answer.status, answer.headers.get('x-fc-status')]).toEqual([404, '404']);
  expect(await answer.json()).toMatchObject({
    errorMessage: 'unlucky',
    errorType: 'Error',
    stackTrace: expect.any(Array) as unknown,
  });
});

test.each([
  ['POST', '/initialize'],
  ['GET', '/pre-freeze'],
  ['GET', '/pre-stop'],
])('%s %s gets a 200 and records no span', async (method, path) => {
  const answer = await fetch(url + path, { method });
  expect([answer.status, answer.headers.get('x-fc-status'), traces.spans().length]).toEqual([200, '200', 0]);
});

test('any other request is HTTP, also to /invoke if x-fc-control-path says so', async () => {
  const answer = await fetch(`${url}/invoke`, {
    method: 'POST',
    headers: { 'x-fc-control-path': '/http-invoke', 'x-fc-request-id': 'r-1' },
  });
  expect(await answer.json()).toEqual({ path: '/invoke', id: 'r-1' });
});

test('the lines that FC reads are printed at the start and end of a call', async () => {
  const print = jest.spyOn(console, 'log').mockImplementation(() => {});
  await (await fetch(`${url}/x`, { headers: { 'x-fc-request-id': 'r-2' } })).text();
  await sleep(10);
  expect(print.mock.calls.map(([line]) => line as string)).toEqual([
    'FC Invoke Start RequestId: r-2',
    'FC Invoke End RequestId: r-2',
  ]);
  print.mockRestore();
});

test('errors get a response, those other than HttpError without details and with x-fc-status 404', async () => {
  const error = jest.spyOn(console, 'error').mockImplementation(() => {});
  const [missing, boom] = [await fetch(`${url}/missing`), await fetch(`${url}/boom`)];
  expect([missing.status, missing.headers.get('x-fc-status')]).toEqual([404, '200']);
  expect([boom.status, boom.headers.get('x-fc-status'), (await boom.text()).includes('secret')]).toEqual([
    500,
    '404',
    false,
  ]);
  expect(error).toHaveBeenCalled();
  error.mockRestore();
});

test('a successful response has no x-fc-status, because FC counts it as a success without it', async () => {
  const answer = await fetch(`${url}/x`);
  expect([answer.status, answer.headers.get('x-fc-status')]).toEqual([200, null]);
  const streamed = await fetch(`${url}/events?n=1`);
  expect([streamed.status, streamed.headers.get('x-fc-status'), await streamed.text()]).toEqual([
    200,
    null,
    'data: 0\n\n',
  ]);
});

test('events are streamed, and the spans of the stream and the invocation end with it', async () => {
  const answer = await fetch(`${url}/events?n=3`);
  expect(await answer.text()).toBe('data: 0\n\ndata: 1\n\ndata: 2\n\n');
  const [ticks, invocation] = traces.spans();
  expect(ticks).toMatchObject({ name: 'ticks', events: [], parentSpanId: invocation!.spanId });
  expect(ticks!.endNanos <= invocation!.endNanos).toBe(true);
});

test('the stream ends when the client disconnects, and the spans have the event fc_traced.cancelled', async () => {
  const before = closedStreams;
  const abort = new AbortController();
  const answer = await fetch(`${url}/events?n=100000`, { signal: abort.signal });
  await answer.body!.getReader().read();
  abort.abort();
  for (let tries = 0; tries < 200 && traces.spans().length < 2; tries += 1) await sleep(5);
  expect(closedStreams).toBe(before + 1);
  expect(traces.spans().map(({ status, events }) => [status.code, events.map(({ name }) => name)])).toEqual([
    ['UNSET', ['fc_traced.cancelled']],
    ['UNSET', ['fc_traced.cancelled']],
  ]);
});

test('bytes are unchanged; a body beyond the limit gets a 413', async () => {
  const bytes = Buffer.from(Array.from({ length: 70_000 }, (_, index) => index & 255));
  expect(
    Buffer.from(await (await fetch(`${url}/echo`, { method: 'POST', body: bytes })).arrayBuffer()).equals(bytes),
  ).toBe(true);
  expect((await fetch(`${url}/echo`, { method: 'POST', body: Buffer.alloc(1_000_001) })).status).toBe(413);
});

test('the response to a HEAD has no body', async () => {
  const answer = await fetch(`${url}/echo`, { method: 'HEAD' });
  expect([answer.status, await answer.text()]).toEqual([200, '']);
});

test('two traceparent headers are ignored', async () => {
  const ask = (): Promise<Record<string, string>> =>
    new Promise((resolve) => {
      const request = http.request(
        `${url}/headers`,
        {
          headers: {
            traceparent: [
              '00-11111111111111111111111111111111-2222222222222222-01',
              '00-11111111111111111111111111111112-2222222222222222-01',
            ],
          },
        },
        (response) => {
          let text = '';
          response
            .on('data', (piece: Buffer) => {
              text += piece.toString();
            })
            .on('end', () => resolve(JSON.parse(text) as Record<string, string>));
        },
      );
      request.end();
    });
  expect((await ask()).traceparent).not.toMatch(/1{31}/);
});
