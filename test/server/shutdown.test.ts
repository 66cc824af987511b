import { Handler } from 'fc-traced';
import type { HttpEvent } from 'fc-traced';
import { serve } from 'fc-traced/server';
import type { RunningServer } from 'fc-traced/server';
import { recordTraces } from 'fc-traced/testing';
import { EventEmitter, once } from 'node:events';
import http from 'node:http';
import { connect } from 'node:net';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { defineHandler } from '../../src/handler/entries';
import { FunctionInstance } from '../../src/handler/function-instance';
import { Connections } from '../../src/server/connections';
import { FunctionServer } from '../../src/server/function-server';
import { inFreshProcess } from '../package/fresh-process';
import { rawRequest } from './raw-request';

const LARGE = 20_000_000;
/** Emits `request` when the class is called. */
const arrivals = new EventEmitter();
let running: RunningServer;
let stopping: Promise<void>;
let cleaned = 0;

@Handler()
class Api {
  async handle(event: HttpEvent): Promise<unknown> {
    arrivals.emit('request');
    if (event.rawPath === '/shutdown') {
      stopping = running.close();
      return 'bye';
    }
    if (event.rawPath === '/slow') return sleep(150, 'done');
    if (event.rawPath === '/large') return 'x'.repeat(LARGE);
    if (event.rawPath === '/events') {
      return { statusCode: 200, headers: { 'content-type': 'text/event-stream' }, body: this.events() };
    }
    return 'hi';
  }
  async *events(): AsyncGenerator<string> {
    try {
      for (;;) {
        yield 'data: 1\n\n';
        await sleep(10);
      }
    } finally {
      await sleep(20);
      cleaned += 1;
    }
  }
}

const traces = recordTraces();
afterEach(() => {
  traces.clear();
  arrivals.removeAllListeners();
});
afterAll(() => traces.stop());
const start = (shutdownTimeoutMillis = 5_000): ReturnType<typeof serve> =>
  serve(Api, { port: 0, host: '127.0.0.1', shutdownTimeoutMillis });

test('a running request on a kept connection gets its response with Connection: close, then close resolves', async () => {
  const { port, close } = await start();
  const agent = new http.Agent({ keepAlive: true });
  const ask = (path: string): Promise<unknown> =>
    new Promise((resolve, reject) => {
      http
        .get({ port, path, agent }, (response) => {
          let text = '';
          response
            .on('data', (piece: Buffer) => {
              text += piece.toString();
            })
            .on('end', () => resolve([text, response.headers.connection]));
        })
        .on('error', reject);
    });
  expect(await ask('/')).toEqual(['hi', 'keep-alive']);
  const arrived = once(arrivals, 'request');
  const slow = ask('/slow');
  await arrived;
  const before = performance.now();
  await close();
  expect(performance.now() - before).toBeLessThan(2_000);
  expect(await slow).toEqual(['done', 'close']);
  agent.destroy();
});

test('a client that reads slowly gets the whole response', async () => {
  const { port, close } = await start();
  const socket = connect(port, '127.0.0.1');
  const arrived = once(arrivals, 'request');
  socket.write('GET /large HTTP/1.1\r\nhost: a\r\n\r\n');
  await arrived;
  const closed = close();
  await sleep(100);
  let bytes = 0;
  for await (const piece of socket) bytes += (piece as Buffer).length;
  expect(bytes).toBeGreaterThan(LARGE);
  await closed;
});

test('an endless stream is aborted after the timeout: its generator cleans up, and its trace is exported before close resolves', async () => {
  const { port, close } = await start(100);
  const socket = connect(port, '127.0.0.1').on('error', () => {});
  socket.write('GET /events HTTP/1.1\r\nhost: a\r\n\r\n');
  await once(socket, 'data');
  await close();
  expect(cleaned).toBe(1);
  expect(traces.spans()).toMatchObject([{ name: 'Api', events: [{ name: 'fc_traced.cancelled' }] }]);
  socket.destroy();
});

test.each(['GET', 'POST'])('a request that closes the server gets its response: %s', async (method) => {
  running = await start();
  const answer = await rawRequest(running.port, `${method} /shutdown HTTP/1.1\r\nhost: a\r\ncontent-length: 0\r\n\r\n`);
  await stopping;
  expect(answer.text).toMatch(/^HTTP\/1\.1 200 [^]*\r\nConnection: close\r\n[^]*\r\n\r\nbye$/);
});

test('pipelined requests all get their responses', async () => {
  const { port, close } = await start();
  let calls = 0;
  const arrived = new Promise<void>((resolve) =>
    arrivals.on('request', () => {
      calls += 1;
      if (calls === 2) resolve();
    }),
  );
  const answer = rawRequest(port, 'GET /slow HTTP/1.1\r\nhost: a\r\n\r\nGET /slow HTTP/1.1\r\nhost: a\r\n\r\n', 400);
  await arrived;
  await close();
  const { text, closed } = await answer;
  expect([text.match(/done/g)?.length, closed]).toEqual([2, true]);
});

test('close resolves as soon as the last request that it aborted has cleaned up', async () => {
  const server = http.createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const connections = new Connections(server);
  connections.beginWork();
  connections.beginWork();
  let isClosed = false;
  const closed = connections.close(0).then(() => (isClosed = true));
  connections.endWork();
  await sleep(20);
  expect(isClosed).toBe(false);
  connections.endWork();
  // Without that, it waits for two seconds.
  expect(await Promise.race([closed, sleep(1_500, 'late')])).toBe(true);
});

test('close does not wait for a request whose lines in the log cannot be printed', async () => {
  const definition = defineHandler(Api, {}, 'serve');
  const server = http.createServer();
  const connections = new Connections(server);
  const instance = new FunctionInstance(definition);
  const functions = new FunctionServer(instance, definition, { trustFcHeaders: true }, connections);
  const failures: unknown[] = [];
  server.on('request', (request, response) => {
    functions.handle(connections.addResponse(request, response)).catch((error: unknown) => {
      failures.push(error);
      response.destroy();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const broken = new Error('broken');
  const console = jest.spyOn(globalThis.console, 'log').mockImplementation(() => {
    throw broken;
  });
  const { port } = server.address() as AddressInfo;
  await rawRequest(port, 'GET / HTTP/1.1\r\nhost: a\r\nx-fc-request-id: 1\r\n\r\n');
  console.mockRestore();
  expect(failures).toEqual([broken]);
  expect(await Promise.race([connections.close(0).then(() => 'closed'), sleep(1_500, 'late')])).toBe('closed');
});

test('close does not wait for connections without a request', async () => {
  const { port, server, close } = await start();
  const connected = once(server, 'connection');
  const socket = connect(port, '127.0.0.1').on('error', () => {});
  await connected;
  const before = performance.now();
  await close();
  expect(performance.now() - before).toBeLessThan(2_000);
  socket.destroy();
});

test('SIGTERM ends a process with two servers after the later one has stopped', async () => {
  const result = await inFreshProcess<{ code: number; answer: string }>(`
    const { spawn } = require('node:child_process');
    const child = spawn(process.execPath, ['-e', \`
      const { serve } = require(\${JSON.stringify(dist + 'server.js')});
      class Api { handle() { process.send('called'); return new Promise((resolve) => setTimeout(resolve, 200, 'done')); } }
      setTimeout(() => process.exit(9), 8000);
      Promise.all([serve(Api, { port: 0, host: '127.0.0.1' }), serve(Api, { port: 0, host: '127.0.0.1' })]).then(([, { port }]) => process.send(port));
    \`], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
    const port = await new Promise((resolve) => child.once('message', resolve));
    const called = new Promise((resolve) => child.once('message', resolve));
    const asked = fetch('http://127.0.0.1:' + port).then((response) => response.text());
    await called;
    child.kill('SIGTERM');
    child.kill('SIGTERM');
    const code = await new Promise((resolve) => child.once('exit', resolve));
    report({ code, answer: await asked });
  `);
  expect(result).toEqual({ code: 0, answer: 'done' });
});
