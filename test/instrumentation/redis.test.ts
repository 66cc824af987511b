import { startRedis } from './redis-server';
import { runProgram } from './run-program';

interface Outcome {
  readonly answers: readonly unknown[];
  readonly trees: Readonly<Record<string, readonly string[]>>;
  /** The names of spans that contain a key or a value. */
  readonly leaks: readonly string[];
  readonly warnings: readonly string[];
}

// The clients are created before the instrumentation. Those of redis connect in the first invocation.
const SCRIPT = `
  const IORedis = require('ioredis');
  const { createClient, createClientPool } = require('redis');
  const url = 'redis://127.0.0.1:' + PORT;
  const io = new IORedis(url), client = createClient({ url });
  const pool = createClientPool({ url }, { maximum: 1, minimum: 1 });
  for (const each of [client, pool]) each.on('error', () => {});
  await new Promise((resolve) => io.once('ready', resolve));
  const Shop = classOf({
    async open() {
      await client.connect();
      await pool.connect();
    },
    async redis() {
      await client.set('key-hunter2', 'value-hunter2');
      await client.multi().set('a', 'value-hunter2').set('b', '1').exec();
      return client.get('answer');
    },
    async ioredis() {
      await io.set('key-hunter2', 'value-hunter2');
      await io.pipeline().set('a', 'value-hunter2').set('b', 1).exec();
      return io.get('answer');
    },
    async pool({ n }) {
      return pool.get('answer' + n);
    },
    async queued() {
      // The client is not connected, so the commands wait and are sent again once it is.
      const late = new IORedis(url, { lazyConnect: true, disableClientInfo: true, enableReadyCheck: false });
      const answers = await Promise.all([late.set('a', 1), this.more(late)]);
      late.disconnect();
      return answers;
    },
    async more(late) {
      return late.get('answer');
    },
  });
  const { handler } = createHandler(Shop, { name: 'shop', instrumentations: ['redis', 'ioredis'] });
  const answers = [], trees = {};
  await Promise.all([io.set('answer', 'answer'), ...[0, 1, 2].map((n) => io.set('answer' + n, 'answer' + n))]);
  for (const [call, count] of [['open', 1], ['redis', 1], ['ioredis', 1], ['pool', 3], ['queued', 2]]) {
    answers.push(await Promise.all(Array.from({ length: count }, (_, n) => invoke(handler, { call, n }))));
    trees[call] = takeTrees('db.query.text');
  }
  report({ answers, trees, leaks: spanNamesWith('hunter2'), warnings });
  process.exit();`;

describe('redis and ioredis, with clients that were created before the instrumentation', () => {
  let outcome: Outcome;

  beforeAll(async () => {
    const server = await startRedis();
    if (!server.isReal) {
      console.log('Redis is not installed (apt-get install redis-server): this test uses a fake server.');
    }
    try {
      outcome = await runProgram<Outcome>(`const PORT = ${server.port}; ${SCRIPT}`);
    } finally {
      server.stop();
    }
  });

  test('answers are the same as without tracing', () => {
    expect(outcome.answers).toEqual([
      [null],
      ['answer'],
      ['answer'],
      ['answer0', 'answer1', 'answer2'],
      [
        ['OK', 'answer'],
        ['OK', 'answer'],
      ],
    ]);
    expect(outcome.warnings).toEqual([]);
  });

  test('each command of redis has one span, a child of its method', () => {
    expect(outcome.trees['redis']).toEqual([
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

  test('each command of ioredis has one span, a child of its method', () => {
    expect(outcome.trees['ioredis']).toEqual([
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

  test('a command that waited for a client of a pool is in the trace of its invocation', () => {
    expect(outcome.trees['pool']).toEqual(Array(3).fill('shop\n└─ Shop.pool\n   └─ redis-GET  db.query.text="GET ?"'));
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
    expect(outcome.trees['queued']).toEqual([each, each]);
  });

  test('no span contains a key or a value', () => {
    expect(outcome.leaks).toEqual([]);
  });
});
