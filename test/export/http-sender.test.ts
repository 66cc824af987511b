import { once } from 'node:events';
import { createServer } from 'node:http';
import net from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';
import { HttpSender } from '../../src/export/delivery/http-sender';
import { verdictOf } from '../../src/export/delivery/verdict';
import { connections, sender, serve, server, sockets } from './served-sender';

/** A server that writes bytes when a request arrives. */
const writing = (bytes: string, then: (socket: Socket) => void = () => {}): Server =>
  net.createServer((socket) => socket.once('data', () => socket.write(bytes, 'latin1', () => then(socket))));

const BODY = Buffer.from('spans');
const OK = 'HTTP/1.1 200 OK\r\n';

test('a response counts when its status arrives, although its body never ends', async () => {
  let timer: NodeJS.Timeout | undefined;
  await serve(
    writing(`${OK}transfer-encoding: chunked\r\n\r\n`, (socket) => {
      timer = setInterval(() => socket.write('1\r\na\r\n'), 5);
      socket.once('close', () => clearInterval(timer));
    }),
  );
  expect(await sender.post(BODY).head).toMatchObject({ status: 200 });
});

test('a body is read up to 64 KiB, then the connection is closed', async () => {
  await serve(writing(`${OK}transfer-encoding: chunked\r\n\r\n${`400\r\n${'a'.repeat(1_024)}\r\n`.repeat(200)}`));
  const { head, body } = sender.post(BODY);
  expect([await head, await body]).toMatchObject([{ status: 200 }, undefined]);
  while (sockets.size > 0) await new Promise(setImmediate);
});

test('of responses that do not end, at most eight are kept open', async () => {
  await serve(writing(`${OK}content-length: 10\r\n\r\n`));
  for (let index = 0; index < 40; index += 1) expect(await sender.post(BODY).head).toMatchObject({ status: 200 });
  while (sockets.size > 9) await new Promise((resolve) => setTimeout(resolve, 5));
  expect(connections).toBe(40);
});

test.each([
  [
    'resets the connection in the middle of the body',
    'content-length: 10\r\n\r\nabc',
    (socket: Socket) => socket.resetAndDestroy(),
  ],
  [
    'closes the connection in the middle of the body',
    'content-length: 10\r\n\r\nabc',
    (socket: Socket) => socket.end(),
  ],
  ['sends a body that is malformed', 'transfer-encoding: chunked\r\n\r\nzzz\r\n', (socket: Socket) => socket.end()],
] as const)('a server that %s after status 200 has accepted the request', async (_, rest, then) => {
  await serve(writing(OK + rest, then));
  const { head, body } = sender.post(BODY);
  expect(verdictOf(await head, 5)).toEqual({ kind: 'acknowledged' });
  expect(await body).toBeUndefined();
});

test.each([
  ['closes the connection', '', (socket: Socket) => socket.end(), /hang up|closed|ECONNRESET/],
  ['resets the connection', '', (socket: Socket) => socket.resetAndDestroy(), /ECONNRESET/],
  ['sends garbage', '\x16\x03\x01 neither HTTP nor TLS\n\n', () => {}, /Parse Error/],
  ['sends headers of 100 KB', `${OK}x: ${'a'.repeat(100_000)}\r\n\r\n`, () => {}, /Overflow/i],
  [
    'switches protocols',
    'HTTP/1.1 101 Switching Protocols\r\nupgrade: h2c\r\nconnection: upgrade\r\n\r\n',
    () => {},
    /closed|hang up/,
  ],
  [
    'sends informational responses without end',
    'HTTP/1.1 102 Processing\r\n\r\n'.repeat(50),
    () => {},
    /informational/,
  ],
] as const)('a request to a server that %s fails, and can be sent again', async (_, bytes, then, reason) => {
  await serve(
    bytes === '' ? net.createServer((socket) => socket.once('data', () => then(socket))) : writing(bytes, then),
  );
  const verdict = verdictOf(await sender.post(BODY).head, 5);
  expect(verdict).toMatchObject({ kind: 'failed', reason: expect.stringMatching(reason), timedOut: false });
});

test.each([
  ['never responds', '', () => {}],
  ['stops in the middle of the headers', `${OK}content-le`, () => {}],
] as const)('a request to a server that %s times out, and its connection is closed', async (_, bytes, then) => {
  await serve(writing(bytes, then), 60);
  expect(verdictOf(await sender.post(BODY).head, 5)).toMatchObject({ kind: 'failed', timedOut: true });
  while (sockets.size > 0) await new Promise(setImmediate);
});

test('redirects are not followed', async () => {
  const urls: (string | undefined)[] = [];
  await serve(
    createServer((request, response) => {
      urls.push(request.url);
      response.writeHead(307, { location: '/elsewhere' }).end();
    }),
  );
  expect(verdictOf(await sender.post(BODY).head, 5)).toMatchObject({
    kind: 'redirected',
    reason: '307 Temporary Redirect',
  });
  expect(urls).toEqual(['/v1/traces']);
});

test('requests that follow one another use one connection', async () => {
  await serve(createServer((request, response) => request.resume().once('end', () => response.end())));
  for (let index = 0; index < 20; index += 1) {
    const { head, body } = sender.post(BODY);
    expect([await head, (await body)?.length]).toMatchObject([{ status: 200 }, 0]);
    await new Promise(setImmediate);
  }
  expect(connections).toBeLessThan(20);
});

test('if a connection that is used again turns out to be closed, the request is sent on a new one', async () => {
  await serve(
    createServer({ keepAlive: true }, (request, response) =>
      request.resume().once('end', () => {
        // The FIN arrives when the next request is about to be sent.
        response.end(() => setImmediate(() => request.socket.resetAndDestroy()));
      }),
    ),
  );
  const outcomes: unknown[] = [];
  for (let index = 0; index < 50; index += 1) {
    const { head, body } = sender.post(BODY);
    outcomes.push(await head);
    await body;
  }
  expect(outcomes).toEqual(Array.from({ length: 50 }, () => expect.objectContaining({ status: 200 })));
});

test('the sender keeps no process alive, and closes idle connections after a second', async () => {
  await serve(createServer((request, response) => request.resume().once('end', () => response.end())));
  await sender.post(BODY).head;
  const [socket] = sockets;
  await once(socket!, 'close');
});

test('a header that cannot be sent is a failure, not an exception', async () => {
  await serve(createServer((_, response) => response.end()));
  const { port } = server.address() as AddressInfo;
  const broken = new HttpSender({
    url: new URL(`http://127.0.0.1:${port}/`),
    headers: { x: 'a\nb' },
    timeoutMillis: 1_000,
  });
  expect(await broken.post(BODY).head).toMatchObject({ error: { code: 'ERR_INVALID_CHAR' }, timedOut: false });
});

test.each([
  ['content-length', '3'],
  ['Content-Length', '999'],
  ['Transfer-Encoding', 'chunked'],
  ['EXPECT', '100-continue'],
  ['trailer', 'x'],
])('the header %s of the configuration is ignored, because it would break every request', async (name, value) => {
  const received: unknown[] = [];
  await serve(
    createServer((request, response) => {
      const { 'content-length': length, 'transfer-encoding': encoding, expect: expected, trailer, x } = request.headers;
      received.push(length, encoding, expected, trailer, x);
      request.resume().once('end', () => response.end());
    }),
  );
  const configured = new HttpSender({ ...sender.target, headers: { [name]: value, x: 'y' } });
  expect(await configured.post(BODY).head).toMatchObject({ status: 200 });
  configured.close();
  expect(received).toEqual(['5', undefined, undefined, undefined, 'y']);
});
