import { inProgram } from './in-program';
import { installed, startMariaDb } from './mariadb';

interface Seen {
  readonly answers: Readonly<Record<string, unknown>>;
  readonly drawings: Readonly<Record<string, readonly string[]>>;
  readonly leaks: readonly string[];
  readonly told: readonly string[];
  readonly loaded: readonly string[];
}

const STORY = `
  const mysql2 = require('mysql2');
  const pool = mysql2.createPool({ host: '127.0.0.1', port: PORT, user: 'root', connectionLimit: 1, multipleStatements: false });
  const promises = pool.promise();
  const Shop = classOf({
    async query({ n }) { const [rows] = await promises.query('SELECT ? AS n, SLEEP(0.02)', [n]); return rows[0].n; },
    async literal() { const [rows] = await promises.query("SELECT 'hunter2' AS word, \\"hunter2\\" AS other, 4711 AS number"); return rows[0].word.length; },
    async execute() { const [rows] = await promises.execute('SELECT LENGTH(?) AS length', ['hunter2']); return rows[0].length; },
    async spaceless() { const [rows] = await promises.query("SELECT'hunter2'"); return rows.length; },
    callback({ n }) { return new Promise((resolve, reject) => pool.query('SELECT SLEEP(0.01)', (error) => (error ? reject(error) : resolve(this.after({ n }))))); },
    connection({ n }) { return new Promise((resolve, reject) => pool.getConnection((error, one) => (error ? reject(error) : one.query('SELECT 1', () => { one.release(); resolve(this.after({ n })); })))); },
    rows({ n }) { return new Promise((resolve, reject) => pool.query('SELECT 1').on('error', reject).on('result', () => this.after({ n })).on('end', () => resolve(n))); },
    async after({ n }) { return n; },
    async transaction({ n }) {
      const one = await promises.getConnection();
      try {
        await one.beginTransaction();
        await this.change(one);
        await one.commit();
        return n;
      } finally { one.release(); }
    },
    async change(one) { await one.execute('SELECT ?', [1]); },
    async fail() { await promises.query('SELECT * FROM missing.missing'); },
  });
  const { handler } = createHandler(Shop, { name: 'shop', instrumentations: ['mysql2'] });
  const answers = {}, drawings = {};
  for (const [name, count] of CALLS) {
    const all = await Promise.all(Array.from({ length: count }, (_, n) => invoke(handler, { call: name, n }, CONTEXT()).catch((error) => error.code)));
    answers[name] = all;
    drawings[name] = drawn('db.query.text');
  }
  report({ answers, drawings, told, leaks: holding('hunter2', '4711'), loaded: loadedPackages() });
  process.exit();`;

const CALLS = [
  ['query', 3],
  ['literal', 1],
  ['execute', 1],
  ['spaceless', 1],
  ['callback', 3],
  ['connection', 3],
  ['rows', 3],
  ['transaction', 3],
  ['fail', 1],
];
const ANSWERS = {
  query: [0, 1, 2],
  literal: [7],
  execute: [7],
  spaceless: [1],
  callback: [0, 1, 2],
  connection: [0, 1, 2],
  rows: [0, 1, 2],
  transaction: [0, 1, 2],
  fail: ['ER_NO_SUCH_TABLE'],
};

const isHere = installed('mariadbd') !== undefined && installed('mariadb-install-db') !== undefined;
if (!isHere) {
  console.log('Skipped: mysql2 against a real server. MariaDB is not installed here (apt-get install mariadb-server).');
}

(isHere ? describe : describe.skip)('mysql2, loaded and with a pool made before the instrumentation', () => {
  let database: Awaited<ReturnType<typeof startMariaDb>>;
  let seen: Seen;
  const story = (context: string): Promise<Seen> =>
    inProgram(`const PORT = ${database.port}, CALLS = ${JSON.stringify(CALLS)}, CONTEXT = ${context}; ${STORY}`);

  beforeAll(async () => {
    database = await startMariaDb();
    seen = await story('fakeFcContext');
  });
  afterAll(() => database.stop());

  test('the program gets what it gets', () => {
    expect(seen.answers).toEqual(ANSWERS);
    expect(seen.told).toEqual([]);
  });

  test('a query that waited for the one connection is in the invocation that made it', () => {
    const each = 'shop\n└─ Shop.query\n   └─ SELECT  db.query.text="SELECT ? AS n, SLEEP(?)"';
    expect(seen.drawings['query']).toEqual([each, each, each]);
  });

  test.each([
    ['callback', 'SLEEP(?)'],
    ['connection', '?'],
    ['rows', '?'],
  ])('what is done in a callback (%s) is in the invocation that asked', (name, shown) => {
    const each = `shop\n└─ Shop.${name}\n   ├─ SELECT  db.query.text="SELECT ${shown}"\n   └─ Shop.after`;
    expect(seen.drawings[name]).toEqual([each, each, each]);
  });

  test('the statements of a transaction are under the methods that caused them', () => {
    const each = [
      'shop',
      '└─ Shop.transaction',
      '   ├─ START  db.query.text="START TRANSACTION"',
      '   ├─ Shop.change',
      '   │  └─ SELECT  db.query.text="SELECT ?"',
      '   └─ COMMIT  db.query.text="COMMIT"',
    ].join('\n');
    expect(seen.drawings['transaction']).toEqual([each, each, each]);
  });

  test('a failing query is a failed span under its method', () => {
    expect(seen.drawings['fail']).toEqual([
      expect.stringMatching(
        /^shop {2}ERROR.*\n└─ Shop\.fail {2}ERROR.*\n {3}└─ SELECT {2}ERROR .* db\.query\.text="SELECT \* FROM missing\.missing"$/,
      ),
    ]);
  });

  test('no value of a statement is on a span, whether it is a parameter or stands in the text', () => {
    expect(seen.drawings['literal']![0]).toContain('SELECT  db.query.text="SELECT ? AS word, ? AS other, ? AS number"');
    expect(seen.drawings['spaceless']![0]).toContain('SELECT  db.query.text="SELECT?"');
    expect(seen.leaks).toEqual([]);
  });

  test('in an instance where no invocation is recorded the answers are the same, and nothing of an instrumentation is loaded', async () => {
    const unrecorded = await story('unsampled');
    expect(unrecorded.answers).toEqual(ANSWERS);
    expect(Object.values(unrecorded.drawings).flat()).toEqual([]);
    expect(unrecorded.loaded.filter((name) => name.startsWith('@opentelemetry/instrumentation'))).toEqual([]);
  });
});
