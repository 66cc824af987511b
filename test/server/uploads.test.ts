import { Handler, readBody, Traced } from 'fc-traced';
import type { FcContext, HttpStreamEvent } from 'fc-traced';
import { serve } from 'fc-traced/server';
import type { RunningServer } from 'fc-traced/server';
import { recordTraces } from 'fc-traced/testing';
import http from 'node:http';
import { connect } from 'node:net';
import { Readable, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';

const LIMIT = 100_000;
let read: (event: HttpStreamEvent) => unknown = readBody;
@Handler({ name: 'upload' })
class Upload {
  @Traced('entry')
  async handle(event: HttpStreamEvent, _context: FcContext): Promise<unknown> {
    return read(event);
  }
}

const traces = recordTraces();
let limited: RunningServer;
let streaming: RunningServer;
const errors = jest.spyOn(console, 'error').mockImplementation(() => {});
beforeAll(async () => {
  limited = await serve(Upload, { port: 0, host: '127.0.0.1', bodyLimitBytes: LIMIT });
  streaming = await serve(Upload, { port: 0, host: '127.0.0.1', body: 'stream' });
});
afterEach(() => {
  traces.clear();
  errors.mockClear();
});
afterAll(async () => {
  traces.stop();
  await Promise.all([limited.close(), streaming.close()]);
  errors.mockRestore();
});

test('fetch gets the 413 while it is still sending', async () => {
  const body = Buffer.alloc(20 * LIMIT);
  const statuses = await Promise.all(
    Array.from({ length: 40 }, async () => {
      const answer = await fetch(`http://127.0.0.1:${limited.port}/`, { method: 'POST', body });
      await answer.text();
      return answer.status;
    }),
  );
  expect(statuses).toEqual(Array.from({ length: 40 }, () => 413));
});

test.each([
  ['with a content length', { 'content-length': String(30 * LIMIT) }],
  ['in chunks', { 'transfer-encoding': 'chunked' }],
  ['with Expect: 100-continue', { 'content-length': String(30 * LIMIT), expect: '100-continue' }],
])('a client that reads only after it has sent everything gets the 413: %s', async (_, headers) => {
  const status = await new Promise((resolve, reject) => {
    const request = http.request({ port: limited.port, method: 'POST', headers }, (response) => {
      response.resume();
      resolve(response.statusCode);
    });
    request.on('error', reject);
    void (async () => {
      for (let n = 0; n < 30; n += 1) {
        request.write(Buffer.alloc(LIMIT));
        await sleep(2);
      }
      request.end();
    })();
  });
  expect(status).toBe(413);
});

test('the connection of a 413 can be used again', async () => {
  const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
  const ask = (size: number): Promise<unknown> =>
    new Promise((resolve, reject) => {
      http
        .request({ port: limited.port, method: 'POST', agent }, (response) => {
          const { localPort } = response.socket;
          response.resume().once('end', () => setImmediate(resolve, [response.statusCode, localPort]));
        })
        .on('error', reject)
        .end(Buffer.alloc(size));
    });
  const [first, second] = [(await ask(5 * LIMIT)) as number[], (await ask(1)) as number[]];
  agent.destroy();
  expect([first[0], second[0], first[1]]).toEqual([413, 200, second[1]]);
});

/** Ways to read a body that is arriving. */
const READERS: Record<string, (event: HttpStreamEvent) => unknown> = {
  readBody,
  'for await': async ({ body }) => {
    for await (const piece of body) void piece;
  },
  pipeline: ({ body }) => pipeline(body, new Writable({ write: (_piece, _encoding, done) => done() })),
  'the event error': ({ body }) =>
    new Promise((resolve, reject) => {
      body.resume().once('end', resolve).once('error', reject);
    }),
  'a web stream': async ({ body }) => {
    const reader = Readable.toWeb(body).getReader();
    while (!(await reader.read()).done);
  },
  'an error with a cause': (event) =>
    readBody(event).catch((cause: unknown) => {
      throw new Error('upload failed', { cause });
    }),
  'the program ignores it': (event) => readBody(event).catch(() => 'partial'),
};

async function hangUp(): Promise<void> {
  const socket = connect(streaming.port, '127.0.0.1').on('error', () => {});
  socket.write('POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 1000\r\n\r\nthe start');
  await sleep(60);
  socket.destroy();
  for (let tries = 0; tries < 200 && traces.spans().length < 2; tries += 1) await sleep(5);
}

test.each(Object.entries(READERS))(
  'a client that hangs up in an upload cancels the request: %s',
  async (name, reader) => {
    read = reader;
    await hangUp();
    const marks = traces.spans().map((span) => [span.name, span.status.code, span.events.map((event) => event.name)]);
    expect(marks).toEqual([
      ['entry', 'UNSET', name.startsWith('the program') ? [] : ['fc_traced.cancelled']],
      ['upload', 'UNSET', ['fc_traced.cancelled']],
    ]);
    expect(traces.spans()[1]!.attributes).not.toHaveProperty('http.response.status_code');
    expect(errors).not.toHaveBeenCalled();
  },
);

test("an error of the program's own after the client hung up is a failure", async () => {
  read = (event) =>
    readBody(event).catch(() => {
      throw new Error('disk full');
    });
  await hangUp();
  expect(traces.spans().map(({ status }) => status.code)).toEqual(['ERROR', 'ERROR']);
  expect(errors).toHaveBeenCalledTimes(1);
});

test('a client must send its headers in 60 seconds, and a body may take any time', () => {
  for (const { server } of [limited, streaming]) {
    expect([server.headersTimeout, server.requestTimeout, server.timeout]).toEqual([60_000, 0, 0]);
  }
});
