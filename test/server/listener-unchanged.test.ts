import { AsyncLocalStorage } from 'node:async_hooks';
import { createServer } from 'node:http';
import type { IncomingMessage, RequestListener, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pipeline, Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import express from 'express';
import { traced } from 'fc-traced';
import { recordTraces } from 'fc-traced/testing';
import { traceListener } from 'fc-traced/server';
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
  answer: (response: express.Response, error: Error, next: express.NextFunction) => void,
): Listener {
  const app = express();
  app.set('env', 'test');
  app.get('/x', (_, response) => {
    response.send('ok');
    throw new Error('late');
  });
  app.use((error: Error, _: express.Request, response: express.Response, next: express.NextFunction) =>
    answer(response, error, next),
  );
  return app;
}

const LISTENERS: Readonly<Record<string, Listener>> = {
  'the response reads as ended': (_, response) => seen.push(state(response.end('hi'))),
  'events and callbacks come in the order of a plain server': (_, response) => {
    for (const event of ['prefinish', 'finish', 'close']) response.on(event, () => seen.push(event));
    response.end('hi', () => seen.push('callback'));
    seen.push('after end');
  },
  'a header set after the end is refused': (_, response) => {
    response.end('hi');
    attempt(() => response.setHeader('x-late', '1'));
  },
  'a head written after the end is refused': (_, response) => {
    response.end('hi');
    attempt(() => response.writeHead(500));
  },
  'a status set after the end changes nothing': (_, response) => {
    response.end('hi');
    response.statusCode = 500;
  },
  'writing after the end fails and is not sent': (_, response) => {
    response.on('error', (error) => seen.push(codeOf(error)));
    response.end('hi');
    seen.push(response.write('more'));
  },
  'what cannot be written is refused, and the response can still be ended': (_, response) => {
    attempt(() => response.end({} as string));
    response.end('ok');
  },
  'a length that is not kept to is refused': (_, response) => {
    response.strictContentLength = true;
    response.setHeader('content-length', 5);
    attempt(() => response.end('hi'));
    response.destroy();
  },
  'what was ended before the connection is destroyed still gets out': (request, response) => {
    response.end('hi');
    request.socket.destroy();
  },
  'what was ended before the response is destroyed still gets out': (_, response) => response.end('hi').destroy(),
  'what was ended before the connection is half closed still gets out': (request, response) => {
    response.end('hi');
    request.socket.end();
  },
  'a response whose length was told may be ended late': (_, response) => {
    response.writeHead(200, { 'content-length': 2 }).write('hi');
    setTimeout(() => response.end(), 10);
  },
  'pieces, a cork and trailers': (_, response) => {
    response.writeHead(200, { trailer: 'x-sum' });
    response.cork();
    response.write('a');
    response.addTrailers({ 'x-sum': '1' });
    response.end('b');
  },
  'a pipeline ends without an error': (_, response) =>
    pipeline(Readable.from(['a', 'b']), response, (error) => seen.push(error)),
  'middleware that puts itself in the place of end': (_, response) => {
    const { end } = response;
    response.end = ((text: string) =>
      Reflect.apply(end, response, [`${text}!`]) as ServerResponse) as ServerResponse['end'];
    response.end('x');
  },
  'listeners of finish and close, and the callback of end, see the context of the request': (_, response) =>
    requests.run('r-1', () => {
      for (const event of ['finish', 'close']) response.on(event, () => seen.push([event, requests.getStore()]));
      setTimeout(() => response.end('hi', () => seen.push(requests.getStore())), 5);
    }),
  'Express, an error after the response was sent': errorAfterSend((_response, error, next) => next(error)),
  'Express, a handler that answers every error': errorAfterSend((response) =>
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

test.each(Object.keys(LISTENERS))('traced as plain: %s', async (name) => {
  const listener = LISTENERS[name] as RequestListener;
  const plain = await play(listener);
  const traced = await play(traceListener(listener));
  expect(traced).toEqual(plain);
  await sleep(5);
  expect(traces.spans().map(({ kind, status }) => [kind, status.code])).toEqual([['server', 'UNSET']]);
});

test('what a listener throws and returns comes out of it at once, and the answer of whoever catches it is in the trace', async () => {
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

test('what listeners of finish do belongs to the trace of their request', async () => {
  const late = traced(async () => {}, 'late');
  await play(traceListener((_, response) => void response.on('finish', () => void late()).end('hi')));
  await sleep(5);
  const [request, work] = traces.spans();
  expect(work).toMatchObject({ name: 'late', traceId: request!.traceId, parentSpanId: request!.spanId });
});

test('the trace is there before the end of the response', async () => {
  const server = createServer(traceListener((_, response) => void response.end('hi')));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  await (await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}/x`)).text();
  expect(traces.spans().length).toBe(1);
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});
