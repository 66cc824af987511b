import { inProgram } from './in-program';
import { startRedis } from './redis-server';

interface Seen {
  readonly answers: readonly unknown[];
  readonly drawings: Readonly<Record<string, readonly string[]>>;
  readonly leaks: readonly string[];
  readonly told: readonly string[];
}

// Both clients are made before the instrumentation; those of redis connect in the first invocation.
const STORY = `
  const IORedis = require('ioredis');
  const { createClient, createClientPool } = require('redis');
  const url = 'redis://127.0.0.1:' + PORT;
  const io = new IORedis(url), client = createClient({ url }), pool = createClientPool({ url }, { maximum: 1, minimum: 1 });
  for (const each of [client, pool]) each.on('error', () => {});
  await new Promise((resolve) => io.once('ready', resolve));
  const Shop = classOf({
    async open() { await client.connect(); await pool.connect(); },
    async redis() { await client.set('key-hunter2', 'value-hunter2'); await client.multi().set('a', 'value-hunter2').set('b', '1').exec(); return client.get('answer'); },
    async ioredis() { await io.set('key-hunter2', 'value-hunter2'); await io.pipeline().set('a', 'value-hunter2').set('b', 1).exec(); return io.get('answer'); },
    async pool({ n }) { return pool.get('answer' + n); },
    async queued() {
      // Not connected yet: the commands wait, and are sent again once there is a connection.
      const late = new IORedis(url, { lazyConnect: true, disableClientInfo: true, enableReadyCheck: false });
      const answers = await Promise.all([late.set('a', 1), this.more(late)]);
      late.disconnect();
      return answers;
    },
    async more(late) { return late.get('answer'); },
  });
  const { handler } = createHandler(Shop, { name: 'shop', instrumentations: ['redis', 'ioredis'] });
  const answers = [], drawings = {};
  await Promise.all([io.set('answer', 'answer'), ...[0, 1, 2].map((n) => io.set('answer' + n, 'answer' + n))]);
  for (const [call, count] of [['open', 1], ['redis', 1], ['ioredis', 1], ['pool', 3], ['queued', 2]]) {
    answers.push(await Promise.all(Array.from({ length: count }, (_, n) => invoke(handler, { call, n }))));
    drawings[call] = drawn('db.query.text');
  }
  report({ answers, drawings, leaks: holding('hunter2'), told });
  process.exit();`;

describe('redis and ioredis, with clients made before the instrumentation', () => {
  let seen: Seen;

  beforeAll(async () => {
    const server = await startRedis();
    if (!server.isReal) {
      console.log(
        'redis and ioredis speak to a far end of this test: Redis is not installed here (apt-get install redis-server).',
      );
    }
    try {
      seen = await inProgram<Seen>(`const PORT = ${server.port}; ${STORY}`);
    } finally {
      server.stop();
    }
  });

  test('the program gets what it gets', () => {
    expect(seen.answers).toEqual([
      [null],
      ['answer'],
      ['answer'],
      ['answer0', 'answer1', 'answer2'],
      [
        ['OK', 'answer'],
        ['OK', 'answer'],
      ],
    ]);
    expect(seen.told).toEqual([]);
  });

  test('commands of redis are spans under their method, each once', () => {
    expect(seen.drawings['redis']).toEqual([
      [
        'shop',
        '└─ Shop.redis',
        '   ├─ redis-SET  db.query.text="SET ? ?"',
        '   ├─ redis-SET  db.query.text="SET ? ?"',
        '   ├─ redis-SET  db.query.text="SET ? ?"',
        '   └─ redis-GET  db.query.text="GET ?"',
      ].join('\n'),
    ]);
  });

  test('commands of ioredis are spans under their method, each once', () => {
    expect(seen.drawings['ioredis']).toEqual([
      [
        'shop',
        '└─ Shop.ioredis',
        '   ├─ set  db.query.text="set ? ?"',
        '   ├─ set  db.query.text="set ? ?"',
        '   ├─ set  db.query.text="set ? ?"',
        '   └─ get  db.query.text="get ?"',
      ].join('\n'),
    ]);
  });

  test('a command that waited for a client of a pool is in the invocation that made it', () => {
    expect(seen.drawings['pool']).toEqual(Array(3).fill('shop\n└─ Shop.pool\n   └─ redis-GET  db.query.text="GET ?"'));
  });

  test('a command that waited for the connection has one span', () => {
    const each = [
      'shop',
      '└─ Shop.queued',
      '   ├─ set  db.query.text="set ? ?"',
      '   ├─ connect  db.query.text="connect"',
      '   └─ Shop.more',
      '      └─ get  db.query.text="get ?"',
    ].join('\n');
    expect(seen.drawings['queued']).toEqual([each, each]);
  });

  test('no key and no value is on a span', () => {
    expect(seen.leaks).toEqual([]);
  });
});
