import express from 'express';
import { traced } from 'fc-traced';
import { traceListener } from 'fc-traced/server';
import { recordTraces } from 'fc-traced/testing';
import { AsyncLocalStorage } from 'node:async_hooks';
import { createServer } from 'node:http';
import type { IncomingMessage, RequestListener, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pipeline, Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { rawRequest } from './raw-request';

const traces = recordTraces();
afterEach(() => traces.clear());
afterAll(() => traces.stop());

const requests = new AsyncLocalStorage<string>();
let seen: unknown[] = [];
const codeOf = (error: unknown): unknown => (error as { code?: string } | null | undefined)?.code;
const attempt = (work: () => unknown): void => {
  try {
    work();
    seen.push('no error');
  } catch (error) {
    seen.push(codeOf(error));
  }
};
const state = ({ writableEnded, headersSent, statusCode }: ServerResponse): unknown => ({
  writableEnded,
  headersSent,
  statusCode,
});

type Listener = (request: IncomingMessage, response: ServerResponse) => unknown;
function errorAfterSend(
  handleError: (response: express.Response, error: Error, next: express.NextFunction) => void,
): Listener {
  const app = express();
  app.set('env', 'test');
  app.get('/x', (_, response) => {
    response.send('ok');
    throw new Error('late');
  });
  app.use((error: Error, _: express.Request, response: express.Response, next: express.NextFunction) =>
    handleError(response, error, next),
  );
  return app;
}

const LISTENERS: Readonly<Record<string, Listener>> = {
  'the response reports that it has ended': (_, response) => seen.push(state(response.end('hi'))),
  'events and callbacks have the same order': (_, response) => {
    for (const event of ['prefinish', 'finish', 'close']) response.on(event, () => seen.push(event));
    response.end('hi', () => seen.push('callback'));
    seen.push('after end');
  },
  'setting a header after the end throws': (_, response) => {
    response.end('hi');
    attempt(() => response.setHeader('x-late', '1'));
  },
  'writing the head after the end throws': (_, response) => {
    response.end('hi');
    attempt(() => response.writeHead(500));
  },
  'setting the status after the end has no effect': (_, response) => {
    response.end('hi');
    response.statusCode = 500;
  },
  'writing after the end fails and is not sent': (_, response) => {
    response.on('error', (error) => seen.push(codeOf(error)));
    response.end('hi');
    seen.push(response.write('more'));
  },
  'ending with a value that cannot be written throws, and the response can still be ended': (_, response) => {
    attempt(() => response.end({} as string));
    response.end('ok');
  },
  'a body that does not match strictContentLength throws': (_, response) => {
    response.strictContentLength = true;
    response.setHeader('content-length', 5);
    attempt(() => response.end('hi'));
    response.destroy();
  },
  'a response that ended before the connection is destroyed is sent': (request, response) => {
    response.end('hi');
    request.socket.destroy();
  },
  'a response that ended before it is destroyed is sent': (_, response) => response.end('hi').destroy(),
  'a response that ended before the connection is half-closed is sent': (request, response) => {
    response.end('hi');
    request.socket.end();
  },
  'a response with a content length can be ended late': (_, response) => {
    response.writeHead(200, { 'content-length': 2 }).write('hi');
    setTimeout(() => response.end(), 10);
  },
  'chunks, a cork and trailers': (_, response) => {
    response.writeHead(200, { trailer: 'x-sum' });
    response.cork();
    response.write('a');
    response.addTrailers({ 'x-sum': '1' });
    response.end('b');
  },
  'a pipeline ends without an error': (_, response) =>
    pipeline(Readable.from(['a', 'b']), response, (error) => seen.push(error)),
  'middleware that replaces end': (_, response) => {
    const { end } = response;
    response.end = ((text: string) =>
      Reflect.apply(end, response, [`${text}!`]) as ServerResponse) as ServerResponse['end'];
    response.end('x');
  },
  'listeners of finish and close and the callback of end run in the async context of the request': (_, response) =>
    requests.run('r-1', () => {
      for (const event of ['finish', 'close']) response.on(event, () => seen.push([event, requests.getStore()]));
      setTimeout(() => response.end('hi', () => seen.push(requests.getStore())), 5);
    }),
  'Express, an error after the response': errorAfterSend((_response, error, next) => next(error)),
  'Express, an error handler that responds to every error': errorAfterSend((response) =>
    attempt(() => response.status(500).send('bad')),
  ),
};

async function play(listener: RequestListener): Promise<unknown> {
  seen = [];
  const server: Server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { text, closed } = await rawRequest(
    (server.address() as AddressInfo).port,
    'GET /x HTTP/1.1\r\nhost: a\r\n\r\n',
    60,
  );
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  return { text: text.replace(/^Date: .*\r\n/m, ''), closed, seen };
}

test.each(Object.keys(LISTENERS))('the same with traceListener: %s', async (name) => {
  const listener = LISTENERS[name] as RequestListener;
  const plain = await play(listener);
  const traced = await play(traceListener(listener));
  expect(traced).toEqual(plain);
  await sleep(5);
  expect(traces.spans().map(({ kind, status }) => [kind, status.code])).toEqual([['server', 'UNSET']]);
});

test('a listener returns and throws synchronously, and a response of the caller that catches the error is in the trace', async () => {
  const boom = new Error('boom');
  const returned = Promise.resolve('later');
  const throwing = traceListener(() => {
    throw boom;
  });
  const returning: Listener = traceListener((_, response) => {
    response.end('hi');
    return returned as never;
  });
  const answer = await play((request, response) => {
    try {
      throwing(request, response);
    } catch (error) {
      seen.push(error);
      response.writeHead(503, { 'content-length': 6 }).end('caught');
    }
  });
  expect(answer).toMatchObject({ seen: [boom], text: expect.stringMatching(/^HTTP\/1.1 503 [^]*caught$/) as unknown });
  expect(traces.spans()).toMatchObject([
    { status: { code: 'ERROR' }, attributes: { 'http.response.status_code': 503 } },
  ]);
  await play((request, response) => void seen.push(returning(request, response)));
  expect(seen).toEqual([returned]);
});

test('calls in listeners of finish belong to the trace of their request', async () => {
  const late = traced(async () => {}, 'late');
  await play(traceListener((_, response) => void response.on('finish', () => void late()).end('hi')));
  await sleep(5);
  const [request, work] = traces.spans();
  expect(work).toMatchObject({ name: 'late', traceId: request!.traceId, parentSpanId: request!.spanId });
});

test('the trace is exported before the end of the response', async () => {
  const server = createServer(traceListener((_, response) => void response.end('hi')));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  await (await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}/x`)).text();
  expect(traces.spans().length).toBe(1);
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});
