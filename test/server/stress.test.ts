import { Handler } from 'fc-traced';
import type { HttpStreamEvent } from 'fc-traced';
import { serve } from 'fc-traced/server';
import type { RunningServer } from 'fc-traced/server';
import http from 'node:http';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';

const PIECE = Buffer.alloc(65_536, 'x');
let produced = 0;

@Handler()
class Api {
  async handle(event: HttpStreamEvent): Promise<unknown> {
    if (event.rawPath === '/big') {
      return Readable.from(this.pieces(1_600), { objectMode: false, highWaterMark: 65_536 });
    }
    let bytes = 0;
    for await (const piece of event.body) bytes += (piece as Buffer).length;
    return { bytes };
  }
  *pieces(count: number): Generator<Buffer> {
    for (let n = 0; n < count; n += 1) {
      produced += 1;
      yield PIECE;
    }
  }
}

let server: RunningServer;
beforeAll(async () => {
  server = await serve(Api, { port: 0, host: '127.0.0.1', body: 'stream' });
});
afterAll(() => server.close());

const url = (): string => `http://127.0.0.1:${server.port}`;
const isHealthy = async (): Promise<boolean> =>
  (await (await fetch(url(), { method: 'POST', body: 'abc' })).text()) === '{"bytes":3}';

test('the class reads a body of 100 MB as a stream', async () => {
  const answer = await new Promise<string>((resolve, reject) => {
    const request = http.request(url(), { method: 'POST' }, (response) => {
      let text = '';
      response
        .on('data', (piece: Buffer) => {
          text += piece.toString();
        })
        .on('end', () => resolve(text));
    });
    request.on('error', reject);
    Readable.from(
      (function* () {
        for (let n = 0; n < 1_600; n += 1) yield PIECE;
      })(),
    ).pipe(request);
  });
  expect(answer).toBe('{"bytes":104857600}');
  expect(await isHealthy()).toBe(true);
});

test('a stream is read no faster than the client reads, and ends when the client disconnects', async () => {
  produced = 0;
  const socket = connect(server.port, '127.0.0.1');
  socket.write('GET /big HTTP/1.1\r\nhost: a\r\n\r\n');
  socket.pause();
  await sleep(300);
  expect(produced).toBeGreaterThan(0);
  expect(produced).toBeLessThan(800);
  const before = produced;
  socket.destroy();
  await sleep(100);
  expect(produced).toBeLessThan(before + 50);
  expect(await isHealthy()).toBe(true);
});

test('with 1,000 idle connections, the server still responds', async () => {
  const sockets: Socket[] = [];
  for (let n = 0; n < 1_000; n += 1) {
    const socket = connect(server.port, '127.0.0.1');
    sockets.push(socket);
    await new Promise((resolve, reject) => socket.once('connect', resolve).once('error', reject));
    socket.write('GET /x HTTP/1.1\r\nhost: a\r\n\r\n');
  }
  await sleep(200);
  expect(sockets.filter((socket) => socket.destroyed).length).toBe(0);
  expect(await isHealthy()).toBe(true);
  sockets.forEach((socket) => socket.destroy());
});
