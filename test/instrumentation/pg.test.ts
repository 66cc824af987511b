import { runProgram } from './run-program';

interface Outcome {
  readonly answers: Readonly<Record<string, unknown>>;
  readonly trees: Readonly<Record<string, readonly string[]>>;
  readonly warnings: readonly string[];
  /** The names of spans that contain a value of a statement. */
  readonly leaks: readonly string[];
  readonly loaded: readonly string[];
}

// A real PostgreSQL, and a pool that the program creates before any invocation.
const SCRIPT = `
  const { Pool } = require('pg');
  const { PGlite } = require('@electric-sql/pglite');
  const { PGLiteSocketServer } = require('@electric-sql/pglite-socket');
  const database = await PGlite.create();
  const server = new PGLiteSocketServer({ db: database, host: '127.0.0.1', port: 0, maxConnections: 5 });
  await server.start();
  const port = Number(server.getServerConn().split(':').pop());
  const pool = new Pool({ host: '127.0.0.1', port, database: 'postgres', user: 'postgres', max: 1 });
  const LENGTH = 'SELECT length($1::text) AS length';
  let onShared;
  const SHARED = Object.freeze({ text: 'SELECT 1', callback: (error) => onShared(error) });
  const Shop = classOf({
    async query({ n }) {
      return (await pool.query('SELECT $1::int AS n, pg_sleep(0.02)', [n])).rows[0].n;
    },
    async literal() {
      const { rows } = await pool.query("SELECT 'hunter2' AS word, 4711 AS number /* hunter2 */");
      return rows[0].word.length;
    },
    async parameter() {
      return (await pool.query({ text: LENGTH, values: ['hunter2'] })).rows[0].length;
    },
    async byName() {
      return (await pool.query({ name: 'length', text: LENGTH, values: ['hunter2'] })).rows[0].length;
    },
    callback({ n }) {
      return new Promise((resolve, reject) =>
        pool.query('SELECT 1', (error) => (error ? reject(error) : resolve(this.after({ n })))),
      );
    },
    async after({ n }) {
      return n;
    },
    async shared({ n }) {
      const client = await pool.connect();
      try {
        await new Promise((resolve, reject) => {
          onShared = (error) => {
            try {
              error ? reject(error) : resolve(this.after({ n }));
            } catch {}
          };
          client.query(SHARED);
        });
      } finally {
        client.release();
      }
      return n;
    },
    async transaction({ n }) {
      const client = await pool.connect();
      try {
        await client.query('BEGIN');
        await this.change(client);
        await client.query('COMMIT');
        return n;
      } finally {
        client.release();
      }
    },
    async change(client) {
      await client.query('SELECT $1::int', [1]);
    },
    async fail() {
      await pool.query('SELECT * FROM missing');
    },
    async failAndContinue() {
      await pool.query('SELECT * FROM missing').catch(() => {});
      return 'continued';
    },
  });
  const { handler } = createHandler(Shop, { name: 'shop', instrumentations: ['pg'] });
  const answers = {}, trees = {};
  for (const call of CALLS) {
    const [name, count = 1] = call.split(' x');
    const run = (n) => invoke(handler, { call: name, n }, createContext()).catch((error) => error.code);
    const all = await Promise.all(Array.from({ length: Number(count) }, (_, n) => run(n)));
    answers[name] = count === 1 ? all[0] : all;
    trees[name] = takeTrees('db.query.text');
  }
  report({ answers, trees, warnings, leaks: spanNamesWith('hunter2', '4711'), loaded: loadedPackages() });
  await pool.end();
  await server.stop();
  await database.close();
  process.exit();`;

const CALLS = [
  'query',
  'literal',
  'parameter',
  'byName',
  'callback x3',
  'shared x3',
  'transaction x3',
  'query x3',
  'fail',
  'failAndContinue x2',
];
const run = (createContext: 'fakeFcContext' | 'unsampled'): Promise<Outcome> =>
  runProgram(`const CALLS = ${JSON.stringify(CALLS)}; const createContext = ${createContext}; ${SCRIPT}`);

const ERROR = String.raw`ERROR "relation \"missing\" does not exist"`;

const ANSWERS = {
  query: [0, 1, 2],
  literal: 7,
  parameter: 7,
  byName: 7,
  callback: [0, 1, 2],
  shared: [0, 1, 2],
  transaction: [0, 1, 2],
  fail: '42P01',
  failAndContinue: ['continued', 'continued'],
};

describe('pg, loaded and with a pool that was created before the instrumentation', () => {
  const outcome = run('fakeFcContext');

  test('answers are the same as without tracing', async () => {
    expect((await outcome).answers).toEqual(ANSWERS);
    expect((await outcome).warnings).toEqual([]);
  });

  test('the span of a failed query has the status ERROR', async () => {
    expect((await outcome).trees['fail']).toEqual([
      [
        `shop  ${ERROR}`,
        `└─ Shop.fail  ${ERROR}`,
        '   ├─ pg-pool.connect',
        `   └─ pg.query:SELECT postgres  ${ERROR}  db.query.text="SELECT * FROM missing"`,
      ].join('\n'),
    ]);
  });

  test('the spans of a transaction are children of their methods, also if three wait for one connection', async () => {
    const each = [
      'shop',
      '└─ Shop.transaction',
      '   ├─ pg-pool.connect',
      '   ├─ pg.query:BEGIN postgres  db.query.text="BEGIN"',
      '   ├─ Shop.change',
      '   │  └─ pg.query:SELECT postgres  db.query.text="SELECT $1::int"',
      '   └─ pg.query:COMMIT postgres  db.query.text="COMMIT"',
    ].join('\n');
    expect((await outcome).trees['transaction']).toEqual([each, each, each]);
  });

  test('spans in a callback are in the trace of its invocation', async () => {
    const each =
      'shop\n└─ Shop.callback\n   ├─ pg-pool.connect\n' +
      '   ├─ pg.query:SELECT postgres  db.query.text="SELECT ?"\n   └─ Shop.after';
    expect((await outcome).trees['callback']).toEqual([each, each, each]);
  });

  test('a query object with a callback that invocations share is in the trace of each of them', async () => {
    const each =
      'shop\n└─ Shop.shared\n   ├─ pg-pool.connect\n' +
      '   ├─ pg.query:SELECT postgres  db.query.text="SELECT ?"\n   └─ Shop.after';
    expect((await outcome).trees['shared']).toEqual([each, each, each]);
  });

  test('a connection that the pool opens after an error is in the trace of the waiting invocation', async () => {
    const { trees } = await outcome;
    const each = [
      'shop',
      '└─ Shop.failAndContinue',
      '   ├─ pg-pool.connect',
      '   │  └─ pg.connect',
      `   └─ pg.query:SELECT postgres  ${ERROR}  db.query.text="SELECT * FROM missing"`,
    ].join('\n');
    expect(trees['failAndContinue']).toEqual([each, each]);
  });

  test('no span contains a value of a statement, neither a parameter nor a literal', async () => {
    const { leaks, trees } = await outcome;
    expect(trees['literal']![0]).toContain('db.query.text="SELECT ? AS word, ? AS number"');
    expect(trees['parameter']![0]).toContain('db.query.text="SELECT length($1::text) AS length"');
    expect(leaks).toEqual([]);
  });
});

test('without recorded invocations the answers are the same, and no instrumentation is loaded', async () => {
  const outcome = await run('unsampled');
  expect(outcome.answers).toEqual(ANSWERS);
  expect(Object.values(outcome.trees).flat()).toEqual([]);
  expect(outcome.loaded.filter((name) => name.startsWith('@opentelemetry/instrumentation'))).toEqual([]);
});
