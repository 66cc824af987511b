import { findProgram, startMariaDb } from './mariadb';
import { runProgram } from './run-program';

interface Outcome {
  readonly answers: Readonly<Record<string, unknown>>;
  readonly trees: Readonly<Record<string, readonly string[]>>;
  /** The names of spans that contain a value of a statement. */
  readonly leaks: readonly string[];
  readonly warnings: readonly string[];
  readonly loaded: readonly string[];
}

const SCRIPT = `
  const mysql2 = require('mysql2');
  const pool = mysql2.createPool({ host: '127.0.0.1', port: PORT, user: 'root', connectionLimit: 1 });
  const promises = pool.promise();
  const callBack = (start) =>
    new Promise((resolve, reject) => start((error, value) => (error ? reject(error) : resolve(value))));
  const Shop = classOf({
    async query({ n }) {
      const [rows] = await promises.query('SELECT ? AS n, SLEEP(0.02)', [n]);
      return rows[0].n;
    },
    async literal() {
      const sql = "SELECT 'hunter2' AS word, \\"hunter2\\" AS other, 4711 AS number";
      const [rows] = await promises.query(sql);
      return rows[0].word.length;
    },
    async execute() {
      const [rows] = await promises.execute('SELECT LENGTH(?) AS length', ['hunter2']);
      return rows[0].length;
    },
    async spaceless() {
      const [rows] = await promises.query("SELECT'hunter2'");
      return rows.length;
    },
    callback({ n }) {
      return callBack((done) => pool.query('SELECT SLEEP(0.01)', (error) => done(error, this.after({ n }))));
    },
    connection({ n }) {
      return callBack((done) =>
        pool.getConnection((error, connection) => {
          if (error) return done(error);
          connection.query('SELECT 1', () => {
            connection.release();
            done(null, this.after({ n }));
          });
        }),
      );
    },
    rows({ n }) {
      return new Promise((resolve, reject) => {
        const query = pool.query('SELECT 1').on('error', reject);
        query.on('result', () => this.after({ n })).on('end', () => resolve(n));
      });
    },
    async after({ n }) {
      return n;
    },
    async transaction({ n }) {
      const connection = await promises.getConnection();
      try {
        await connection.beginTransaction();
        await this.change(connection);
        await connection.commit();
        return n;
      } finally {
        connection.release();
      }
    },
    async change(connection) {
      await connection.execute('SELECT ?', [1]);
    },
    async fail() {
      await promises.query('SELECT * FROM missing.missing');
    },
  });
  const { handler } = createHandler(Shop, { name: 'shop', instrumentations: ['mysql2'] });
  const answers = {}, trees = {};
  for (const [name, count] of CALLS) {
    const call = (n) => invoke(handler, { call: name, n }, createContext()).catch((error) => error.code);
    answers[name] = await Promise.all(Array.from({ length: count }, (_, n) => call(n)));
    trees[name] = takeTrees('db.query.text');
  }
  report({ answers, trees, warnings, leaks: spanNamesWith('hunter2', '4711'), loaded: loadedPackages() });
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

const isInstalled = findProgram('mariadbd') !== undefined && findProgram('mariadb-install-db') !== undefined;
if (!isInstalled) {
  console.log('Skipped: mysql2 with a real server. MariaDB is not installed (apt-get install mariadb-server).');
}

(isInstalled ? describe : describe.skip)(
  'mysql2, loaded and with a pool that was created before the instrumentation',
  () => {
    let database: Awaited<ReturnType<typeof startMariaDb>>;
    let outcome: Outcome;
    const run = (createContext: 'fakeFcContext' | 'unsampled'): Promise<Outcome> =>
      runProgram(
        `const PORT = ${database.port}, CALLS = ${JSON.stringify(CALLS)}, createContext = ${createContext}; ${SCRIPT}`,
      );

    beforeAll(async () => {
      database = await startMariaDb();
      outcome = await run('fakeFcContext');
    });
    afterAll(() => database.stop());

    test('answers are the same as without tracing', () => {
      expect(outcome.answers).toEqual(ANSWERS);
      expect(outcome.warnings).toEqual([]);
    });

    test('a query that waited for the only connection is in the trace of its invocation', () => {
      const each = 'shop\n└─ Shop.query\n   └─ SELECT  db.query.text="SELECT ? AS n, SLEEP(?)"';
      expect(outcome.trees['query']).toEqual([each, each, each]);
    });

    test.each([
      ['callback', 'SLEEP(?)'],
      ['connection', '?'],
      ['rows', '?'],
    ])('spans in a callback (%s) are in the trace of its invocation', (name, shown) => {
      const each = `shop\n└─ Shop.${name}\n   ├─ SELECT  db.query.text="SELECT ${shown}"\n   └─ Shop.after`;
      expect(outcome.trees[name]).toEqual([each, each, each]);
    });

    test('the spans of a transaction are children of the methods that run its statements', () => {
      const each = [
        'shop',
        '└─ Shop.transaction',
        '   ├─ START  db.query.text="START TRANSACTION"',
        '   ├─ Shop.change',
        '   │  └─ SELECT  db.query.text="SELECT ?"',
        '   └─ COMMIT  db.query.text="COMMIT"',
      ].join('\n');
      expect(outcome.trees['transaction']).toEqual([each, each, each]);
    });

    test('the span of a failed query has the status ERROR', () => {
      expect(outcome.trees['fail']).toEqual([
        expect.stringMatching(/^shop {2}ERROR.*\n└─ Shop\.fail {2}ERROR.*\n {3}└─ SELECT {2}ERROR .*$/),
      ]);
      expect(outcome.trees['fail']![0]).toMatch(/ db\.query\.text="SELECT \* FROM missing\.missing"$/);
    });

    test('no span contains a value of a statement, neither a parameter nor a literal', () => {
      expect(outcome.trees['literal']![0]).toContain(
        'SELECT  db.query.text="SELECT ? AS word, ? AS other, ? AS number"',
      );
      expect(outcome.trees['spaceless']![0]).toContain('SELECT  db.query.text="SELECT?"');
      expect(outcome.leaks).toEqual([]);
    });

    test('without recorded invocations the answers are the same, and no instrumentation is loaded', async () => {
      const unrecorded = await run('unsampled');
      expect(unrecorded.answers).toEqual(ANSWERS);
      expect(Object.values(unrecorded.trees).flat()).toEqual([]);
      expect(unrecorded.loaded.filter((name) => name.startsWith('@opentelemetry/instrumentation'))).toEqual([]);
    });
  },
);
