import { diag } from '@opentelemetry/api';
import type { SpanProcessor } from '@opentelemetry/sdk-trace-base';
import { traceListener } from 'fc-traced/server';
import { createServer, ServerResponse } from 'node:http';
import type { RequestListener, Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { Writable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { diagnostics } from '../../src/diagnostics';
import { rawRequest } from '../server/raw-request';

const GET = 'GET / HTTP/1.1\r\nhost: a\r\n\r\n';
const EXPORT_MILLIS = 300;
const slow: SpanProcessor = {
  onStart() {},
  onEnd() {},
  forceFlush: () => sleep(EXPORT_MILLIS),
  shutdown: async () => {},
};

let server: Server;
afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});
async function listen(listener: RequestListener): Promise<number> {
  server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

describe('node:http', () => {
  test('uncork: a response that ends uncorks its socket by that method, and nothing is sent while it is corked', async () => {
    let uncorkCalls = 0;
    let isCorked = false;
    const port = await listen((_, response) => {
      const socket = response.socket!;
      const { uncork } = socket;
      socket.cork();
      socket.uncork = () => void (uncorkCalls += 1);
      response.end('hi');
      isCorked = socket.writableCorked > 0;
      setTimeout(() => {
        socket.uncork = uncork;
        while (socket.writableCorked > 0) socket.uncork();
      }, 150);
    });
    const before = performance.now();
    expect((await rawRequest(port, GET, 300)).text).toMatch(/hi$/);
    expect(performance.now() - before).toBeGreaterThan(140);
    expect([isCorked, uncorkCalls > 0]).toEqual([true, true]);
  });

  test('event socket: the response to a pipelined request has no socket until it emits the event', async () => {
    const seen: unknown[] = [];
    const port = await listen((request, response) => {
      if (request.url === '/2') {
        seen.push(response.socket);
        response.once('socket', (socket: Socket) => seen.push(socket === response.socket, response.writableFinished));
      }
      setTimeout(() => response.end(request.url), request.url === '/2' ? 0 : 20);
    });
    await rawRequest(port, `${GET}GET /2 HTTP/1.1\r\nhost: a\r\n\r\n`, 100);
    expect(seen).toEqual([null, true, false]);
  });
});

describe('another node:http', () => {
  const warnings: string[] = [];
  const ignore = (): void => {};
  const keep = (message: string): void => void (message.includes('Node.js') && warnings.push(message));
  beforeAll(() => diag.setLogger({ error: ignore, warn: keep, info: ignore, debug: ignore, verbose: ignore }));
  beforeEach(() => {
    diagnostics.messages.clear();
    warnings.length = 0;
  });
  afterAll(() => diag.disable());
  afterEach(() => jest.restoreAllMocks());

  // The first invocation loads the SDK, which takes longer than an export.
  beforeAll(async () => {
    await rawRequest(await listen(traced), GET, 2_000);
    server.closeAllConnections();
    server.close();
  });

  const traced = traceListener((request, response) => void response.end(`sent ${request.url}`), {
    spanProcessors: [slow],
  });
  const warning = (member: string): string =>
    `fc-traced: Node.js has changed: responses do not use ${member} as expected, so they end before their trace is exported`;

  test('without uncork by the method: responses are sent before the export, with one warning', async () => {
    const { end } = ServerResponse.prototype;
    jest.spyOn(ServerResponse.prototype, 'end').mockImplementation(function (this: ServerResponse, ...args: unknown[]) {
      const { socket } = this;
      Reflect.apply(end, this, args);
      while (socket !== null && socket.writableCorked > 0) Writable.prototype.uncork.call(socket);
      return this;
    });
    const port = await listen(traced);
    const before = performance.now();
    expect((await rawRequest(port, GET, 50)).text).toMatch(/sent \/$/);
    expect(performance.now() - before).toBeLessThan(EXPORT_MILLIS);
    expect((await rawRequest(port, GET, 50)).text).toMatch(/sent \/$/);
    await sleep(EXPORT_MILLIS + 50);
    expect(warnings).toEqual([warning('uncork of a socket')]);
  });

  test('without the event socket: pipelined responses are sent before the export, with one warning', async () => {
    const { emit } = ServerResponse.prototype;
    jest.spyOn(ServerResponse.prototype, 'emit').mockImplementation(function (this: ServerResponse, ...args) {
      return args[0] === 'socket' ? false : Reflect.apply(emit, this, args);
    });
    const port = await listen((request, response) => {
      if (request.url === '/') response.end('first');
      else traced(request, response);
    });
    const { text } = await rawRequest(port, `${GET}${GET.replace('/', '/2')}${GET.replace('/', '/3')}`, 100);
    expect(text.match(/first|sent \/\d/g)).toEqual(['first', 'sent /2', 'sent /3']);
    await sleep(EXPORT_MILLIS + 50);
    expect(warnings).toEqual([warning('the event socket')]);
  });
});
