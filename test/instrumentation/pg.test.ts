import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { root } from '../package/fresh-process';
import { inProgram } from './in-program';
import { printed } from './mariadb';

interface Seen {
  readonly answers: Readonly<Record<string, unknown>>;
  readonly drawings: Readonly<Record<string, readonly string[]>>;
  readonly told: readonly string[];
  readonly leaks: readonly string[];
}

// A real PostgreSQL. It takes seconds to start, so both stories use one.
const DATABASE = `
  const { PGlite } = require('@electric-sql/pglite');
  const { PGLiteSocketServer } = require('@electric-sql/pglite-socket');
  void PGlite.create().then(async (db) => {
    const server = new PGLiteSocketServer({ db, host: '127.0.0.1', port: 0, maxConnections: 5 });
    await server.start();
    console.log('port ' + server.getServerConn().split(':').pop() + ';');
  });`;
let database: ChildProcess;
let port: string;
beforeAll(async () => {
  database = spawn(process.execPath, ['-e', DATABASE], { cwd: root });
  port = (await printed(database, /port (\d+);/))[1]!;
});
afterAll(() => database.kill());

// A pool that the program made before any invocation.
const STORY = `
  const { Pool } = require('pg');
  const pool = new Pool({ host: '127.0.0.1', port: PORT, database: 'postgres', user: 'postgres', max: 1 });
  let waiting;
  const SHARED = Object.freeze({ text: 'SELECT 1', callback: (error) => waiting(error) });
  const Shop = classOf({
    async query({ n }) { return (await pool.query('SELECT $1::int AS n, pg_sleep(0.02)', [n])).rows[0].n; },
    async literal() { return (await pool.query("SELECT 'hunter2' AS word, 4711 AS number /* hunter2 */")).rows[0].word.length; },
    async parameter() { return (await pool.query({ text: 'SELECT length($1::text) AS length', values: ['hunter2'] })).rows[0].length; },
    async byName() { return (await pool.query({ name: 'length', text: 'SELECT length($1::text) AS length', values: ['hunter2'] })).rows[0].length; },
    callback({ n }) { return new Promise((resolve, reject) => pool.query('SELECT 1', (error) => (error ? reject(error) : resolve(this.after({ n }))))); },
    async after({ n }) { return n; },
    async shared({ n }) {
      const client = await pool.connect();
      try { await new Promise((resolve, reject) => { waiting = (error) => { try { error ? reject(error) : resolve(this.after({ n })); } catch {} }; client.query(SHARED); }); } finally { client.release(); }
      return n;
    },
    async transaction({ n }) {
      const client = await pool.connect();
      try {
        await client.query('BEGIN');
        await this.change(client);
        await client.query('COMMIT');
        return n;
      } finally { client.release(); }
    },
    async change(client) { await client.query('SELECT $1::int', [1]); },
    async fail() { await pool.query('SELECT * FROM missing'); },
    async failAndGoOn() { await pool.query('SELECT * FROM missing').catch(() => {}); return 'went on'; },
  });
  const { handler } = createHandler(Shop, { name: 'shop', instrumentations: ['pg'] });
  const answers = {}, drawings = {};
  for (const call of CALLS) {
    const [name, count = 1] = call.split(' x');
    const all = await Promise.all(Array.from({ length: Number(count) }, (_, n) => invoke(handler, { call: name, n }, CONTEXT()).catch((error) => error.code)));
    answers[name] = count === 1 ? all[0] : all;
    drawings[name] = drawn('db.query.text');
  }
  report({ answers, drawings, told, leaks: holding('hunter2', '4711'), loaded: loadedPackages() });
  // All connections are one session of this PostgreSQL: what the other story prepares must not exist yet.
  await pool.query('DISCARD ALL');
  await pool.end();
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
  'failAndGoOn x2',
];
const story = (context: string): Promise<Seen & { readonly loaded: readonly string[] }> =>
  inProgram(`const PORT = ${port}; const CALLS = ${JSON.stringify(CALLS)}; const CONTEXT = ${context}; ${STORY}`);

const ANSWERS = {
  query: [0, 1, 2],
  literal: 7,
  parameter: 7,
  byName: 7,
  callback: [0, 1, 2],
  shared: [0, 1, 2],
  transaction: [0, 1, 2],
  fail: '42P01',
  failAndGoOn: ['went on', 'went on'],
};

describe('pg, loaded and with a pool made before the instrumentation', () => {
  let seen: Promise<Seen>;
  beforeAll(() => {
    seen = story('fakeFcContext');
  });

  test('the program gets what it gets', async () => {
    expect((await seen).answers).toEqual(ANSWERS);
    expect((await seen).told).toEqual([]);
  });

  test('a failing query is a failed span under its method', async () => {
    expect((await seen).drawings['fail']).toEqual([
      [
        String.raw`shop  ERROR "relation \"missing\" does not exist"`,
        String.raw`└─ Shop.fail  ERROR "relation \"missing\" does not exist"`,
        '   ├─ pg-pool.connect',
        String.raw`   └─ pg.query:SELECT postgres  ERROR "relation \"missing\" does not exist"  db.query.text="SELECT * FROM missing"`,
      ].join('\n'),
    ]);
  });

  test('a transaction, its wait for the connection and its statements are spans under the methods that caused them, also when three wait for one connection', async () => {
    const each = [
      'shop',
      '└─ Shop.transaction',
      '   ├─ pg-pool.connect',
      '   ├─ pg.query:BEGIN postgres  db.query.text="BEGIN"',
      '   ├─ Shop.change',
      '   │  └─ pg.query:SELECT postgres  db.query.text="SELECT $1::int"',
      '   └─ pg.query:COMMIT postgres  db.query.text="COMMIT"',
    ].join('\n');
    expect((await seen).drawings['transaction']).toEqual([each, each, each]);
  });

  test('what a callback does is in the invocation that asked', async () => {
    const each =
      'shop\n└─ Shop.callback\n   ├─ pg-pool.connect\n   ├─ pg.query:SELECT postgres  db.query.text="SELECT ?"\n   └─ Shop.after';
    expect((await seen).drawings['callback']).toEqual([each, each, each]);
  });

  test('a query that invocations share, with its callback, is of each that uses it', async () => {
    const each =
      'shop\n└─ Shop.shared\n   ├─ pg-pool.connect\n   ├─ pg.query:SELECT postgres  db.query.text="SELECT ?"\n   └─ Shop.after';
    expect((await seen).drawings['shared']).toEqual([each, each, each]);
  });

  test('a connection that the pool makes anew after an error is made for the invocation that waits for it', async () => {
    const { drawings } = await seen;
    const each = [
      'shop',
      '└─ Shop.failAndGoOn',
      '   ├─ pg-pool.connect',
      '   │  └─ pg.connect',
      String.raw`   └─ pg.query:SELECT postgres  ERROR "relation \"missing\" does not exist"  db.query.text="SELECT * FROM missing"`,
    ].join('\n');
    expect(drawings['failAndGoOn']).toEqual([each, each]);
  });

  test('no value of a statement is on a span, whether it is a parameter or stands in the text', async () => {
    const { leaks, drawings } = await seen;
    expect(drawings['literal']![0]).toContain('db.query.text="SELECT ? AS word, ? AS number"');
    expect(drawings['parameter']![0]).toContain('db.query.text="SELECT length($1::text) AS length"');
    expect(leaks).toEqual([]);
  });
});

test('in an instance where no invocation is recorded the answers are the same, and nothing of an instrumentation is loaded', async () => {
  const seen = await story('unsampled');
  expect(seen.answers).toEqual(ANSWERS);
  expect(Object.values(seen.drawings).flat()).toEqual([]);
  expect(seen.loaded.filter((name) => name.startsWith('@opentelemetry/instrumentation'))).toEqual([]);
});
