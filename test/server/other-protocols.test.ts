import { traceListener } from 'fc-traced/server';
import { recordTraces } from 'fc-traced/testing';
import { createServer } from 'node:http';
import { connect, createServer as createHttp2Server } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { rawRequest } from './raw-request';

const T = '4bf92f3577b34da6a3ce929d0e0e4736';
const traces = recordTraces();
afterEach(() => traces.clear());
afterAll(() => traces.stop());

test('a listener is traced over HTTP/2, with version and host as the conventions require', async () => {
  const server = createHttp2Server(
    traceListener((_, response) => void response.end('hello'), { route: '/x' }) as unknown as Parameters<
      typeof createHttp2Server
    >[1],
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const session = connect(`http://127.0.0.1:${port}`);
  const text = await new Promise((resolve) => {
    const stream = session.request({ ':path': '/x?token=abc', traceparent: `00-${T}-00f067aa0ba902b7-01` });
    let received = '';
    stream
      .on('data', (piece: Buffer) => {
        received += piece.toString();
      })
      .on('end', () => resolve(received));
  });
  for (let tries = 0; tries < 100 && traces.spans().length === 0; tries += 1) await sleep(5);
  expect(text).toBe('hello');
  expect(traces.spans()).toMatchObject([
    {
      name: 'GET /x',
      traceId: T,
      parentSpanId: '00f067aa0ba902b7',
      attributes: {
        'network.protocol.version': '2',
        'server.address': '127.0.0.1',
        'server.port': port,
        'url.query': 'token=REDACTED',
        'http.response.status_code': 200,
      },
    },
  ]);
  session.close();
  await new Promise((resolve) => server.close(resolve));
});

test('an unknown method, the client address of FC, and a failed event call', async () => {
  const server = createServer(
    traceListener(
      (request, response) => {
        if (request.url === '/invoke') response.writeHead(404, { 'x-fc-status': '404' });
        response.end('hi');
      },
      { route: '/x', trustFcHeaders: true },
    ),
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await rawRequest(port, 'PROPFIND /x HTTP/1.1\r\nhost: a\r\nx-fc-client-ip: 203.0.113.9\r\n\r\n', 50);
  await rawRequest(port, 'POST /invoke HTTP/1.1\r\nhost: a\r\ncontent-length: 0\r\n\r\n', 50);
  const [found, invoked] = traces.spans();
  expect(found).toMatchObject({
    name: 'HTTP /x',
    attributes: {
      'http.request.method': '_OTHER',
      'http.request.method_original': 'PROPFIND',
      'client.address': '203.0.113.9',
    },
  });
  expect(invoked).toMatchObject({ status: { code: 'ERROR' }, attributes: { 'error.type': '404' } });
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});
