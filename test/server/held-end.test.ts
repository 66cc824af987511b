import type { SpanProcessor } from '@opentelemetry/sdk-trace-base';
import { traceListener } from 'fc-traced/server';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import { connect } from 'node:net';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { rawRequest } from './raw-request';

const FLUSH_MILLIS = 200;
/** A span processor whose flush takes time. */
const slow: SpanProcessor = {
  onStart() {},
  onEnd() {},
  forceFlush: () => sleep(FLUSH_MILLIS),
  shutdown: async () => {},
};
const GET = 'GET / HTTP/1.1\r\nhost: a\r\n\r\n';

let ended: () => void = () => {};
let server: Server;
let port = 0;
beforeEach(async () => {
  server = createServer(
    traceListener(
      (request, response) => {
        response.end(`held ${request.url}`);
        ended();
      },
      { spanProcessors: [slow] },
    ),
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  ({ port } = server.address() as AddressInfo);
});
afterEach(async () => {
  server.closeAllConnections();
  if (server.listening) await new Promise((resolve) => server.close(resolve));
  await sleep(FLUSH_MILLIS);
});

test('the end of each response waits for the export, also of pipelined requests', async () => {
  const before = performance.now();
  const { text } = await rawRequest(port, `${GET}GET /2 HTTP/1.1\r\nhost: a\r\n\r\n`, 3 * FLUSH_MILLIS);
  expect(text.match(/held \/2?/g)).toEqual(['held /', 'held /2']);
  expect(performance.now() - before).toBeGreaterThan(FLUSH_MILLIS);
});

test.each(['close', 'closeIdleConnections', 'closeAllConnections'] as const)(
  'a response that is held back is sent when the server is stopped with %s()',
  async (stop) => {
    const isEnded = new Promise<void>((resolve) => (ended = resolve));
    const answer = rawRequest(port, GET, 3 * FLUSH_MILLIS);
    await isEnded;
    server[stop]();
    expect(await answer).toMatchObject({ text: expect.stringMatching(/held \/$/) as unknown, closed: true });
  },
);

test('a client that half-closes the connection gets the response', async () => {
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
  socket.end(GET);
  let text = '';
  for await (const piece of socket) text += String(piece);
  expect(text).toMatch(/held \/$/);
});

test('if the client disconnects meanwhile, no connection is left', async () => {
  const isEnded = new Promise<void>((resolve) => (ended = resolve));
  const socket = connect(port, '127.0.0.1');
  socket.write(GET);
  await isEnded;
  socket.destroy();
  await sleep(FLUSH_MILLIS + 50);
  expect(await new Promise((resolve) => server.getConnections((_, count) => resolve(count)))).toBe(0);
});
