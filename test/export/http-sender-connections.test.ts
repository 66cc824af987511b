import { createServer } from 'node:http';
import type { Server } from 'node:net';
import { HttpSender } from '../../src/export/delivery/http-sender';
import { connections, sender, serve, sockets } from './served-sender';

const BODY = Buffer.from('spans');

describe('a request that was destroyed here is not sent again', () => {
  let requests = 0;
  /** Answers the first requests, and no later ones. */
  const silentAfter = (answered: number): Server =>
    createServer((request, response) => {
      requests += 1;
      request.resume();
      if (requests <= answered) response.end();
    });
  const connect = {
    prepared: () => sender.prepare(),
    reused: async () => {
      const { head, body } = sender.post(BODY);
      await Promise.all([head, body]);
      await new Promise(setImmediate);
    },
  };
  const untilClosed = async (): Promise<void> => {
    while (sockets.size > 0) await new Promise(setImmediate);
    // A second attempt would connect in these turns.
    for (let turn = 0; turn < 20; turn += 1) await new Promise(setImmediate);
  };

  beforeEach(() => (requests = 0));

  test.each(['prepared', 'reused'] as const)('after its time limit, on a %s connection', async (kind) => {
    const answered = kind === 'reused' ? 1 : 0;
    await serve(silentAfter(answered), 60);
    await connect[kind]();
    expect(await sender.post(BODY).head).toMatchObject({ timedOut: true });
    await untilClosed();
    expect([requests, connections]).toEqual([answered + 1, 1]);
  });

  test.each(['prepared', 'reused'] as const)('when the sender is closed, on a %s connection', async (kind) => {
    const answered = kind === 'reused' ? 1 : 0;
    await serve(silentAfter(answered));
    await connect[kind]();
    const { head } = sender.post(BODY);
    while (requests === answered) await new Promise(setImmediate);
    sender.close();
    expect(await head).toMatchObject({ error: { code: 'ECONNRESET' }, timedOut: false });
    await untilClosed();
    expect([requests, connections]).toEqual([answered + 1, 1]);
  });
});

describe('a connection that is opened before the first request', () => {
  const answering = (): Server =>
    createServer((request, response) => void request.resume().on('end', () => response.end()));
  const untilOpen = async (): Promise<void> => {
    while (connections === 0) await new Promise(setImmediate);
  };

  test('is used by that request, and nothing is sent before it', async () => {
    const lengths: unknown[] = [];
    await serve(
      createServer((request, response) => {
        lengths.push(request.headers['content-length']);
        request.resume().on('end', () => response.end());
      }),
    );
    sender.prepare();
    await untilOpen();
    expect(lengths).toEqual([]);
    expect(await sender.post(BODY).head).toMatchObject({ status: 200 });
    expect([connections, lengths]).toEqual([1, ['5']]);
  });

  test('is used by a request that is made before it is open', async () => {
    await serve(answering());
    sender.prepare();
    expect(await sender.post(BODY).head).toMatchObject({ status: 200 });
    expect(connections).toBe(1);
  });

  test('is not used after a second, for example because the instance was frozen', async () => {
    await serve(answering());
    sender.prepare();
    await untilOpen();
    const { now } = Date;
    Date.now = () => now() + 1_001;
    try {
      expect(await sender.post(BODY).head).toMatchObject({ status: 200 });
    } finally {
      Date.now = now;
    }
    expect(connections).toBe(2);
  });

  test('is opened only once, and not after the sender is closed', async () => {
    await serve(answering());
    for (let index = 0; index < 5; index += 1) sender.prepare();
    await untilOpen();
    expect(await sender.post(BODY).head).toMatchObject({ status: 200 });
    sender.prepare();
    sender.close();
    sender.prepare();
    while (sockets.size > 0) await new Promise(setImmediate);
    expect(connections).toBe(1);
  });

  test('is opened again after a freeze, and idle connections are closed', async () => {
    await serve(answering());
    const { head, body } = sender.post(BODY);
    await Promise.all([head, body]);
    await new Promise(setImmediate);
    const { now } = Date;
    Date.now = () => now() + 1_001;
    try {
      sender.prepare();
      while (connections < 2) await new Promise(setImmediate);
      Date.now = () => now() + 2_002;
      sender.prepare();
      while (connections < 3 || sockets.size > 1) await new Promise(setImmediate);
      expect(await sender.post(BODY).head).toMatchObject({ status: 200 });
    } finally {
      Date.now = now;
    }
    expect(connections).toBe(3);
  });

  test('is replaced by another one if the server closed it', async () => {
    await serve(answering());
    sender.prepare();
    await untilOpen();
    for (const socket of sockets) socket.destroy();
    expect(await sender.post(BODY).head).toMatchObject({ status: 200 });
    expect(connections).toBe(2);
  });

  test('fails no request if it cannot be opened, and is closed with the others', async () => {
    await serve(answering());
    const unreachable = new HttpSender({ url: new URL('http://127.0.0.1:1/'), headers: {}, timeoutMillis: 1_000 });
    unreachable.prepare();
    expect(await unreachable.post(BODY).head).toMatchObject({ error: { code: 'ECONNREFUSED' } });
    sender.prepare();
    await untilOpen();
    sender.close();
    while (sockets.size > 0) await new Promise(setImmediate);
  });
});
