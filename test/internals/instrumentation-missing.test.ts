import { runProgram } from '../instrumentation/run-program';

// What happens if a private member that src/instrumentation uses is missing: the library works, its calls are traced as
// far as possible, and one warning says what is lost.

interface Outcome {
  readonly answers: readonly unknown[];
  readonly spans: readonly string[];
  readonly warnings: readonly string[];
}

const SETUP = `
  /** Hides a member when it is read for the first time, which fc-traced does; the package itself still finds it. */
  const hideOnce = (object, name) => {
    const value = object[name];
    let isHidden = true;
    const get = () => (isHidden ? ((isHidden = false), undefined) : value);
    Object.defineProperty(object, name, { get, configurable: true });
  };
  /** Replaces what a file of a library exports, as if the library had been changed. */
  const replaceExports = (library, file, exports) => {
    const path = require('node:path');
    const folder = path.join(process.cwd(), 'node_modules', library);
    require(path.join(folder, file));
    require.cache[path.join(folder, file)].exports = exports;
  };
  const run = async (name, call) => {
    const Shop = classOf({ async request() { return call(); } });
    const { handler } = createHandler(Shop, { name: 'shop', instrumentations: [name] });
    const answers = [];
    for (let turn = 0; turn < 2; turn += 1) {
      answers.push(await invoke(handler, { call: 'request' }).catch((error) => 'failed: ' + error));
    }
    report({ answers, warnings, spans: [...new Set(traces.spans().map(({ name }) => name))].sort() });
    setTimeout(() => process.exit(), 50);
  };
  const CLOSED = { host: '127.0.0.1', port: 1 };
  const refused = (error) => 'refused: ' + (error.code ?? error.name);`;

const CALLS = {
  kafkajs: `
    const { Kafka } = require('kafkajs');
    const send = () =>
      new Kafka({ brokers: ['127.0.0.1:1'], logLevel: 0, retry: { retries: 0 } }).producer()
        .send({ topic: 'orders', messages: [{ value: 'v' }] }).catch(refused);
    await run('kafkajs', send);`,
  pg: `
    const { Pool } = require('pg');
    await run('pg', () => new Pool(CLOSED).query('SELECT 1').catch(refused));`,
  mysql2: `
    const { createConnection } = require('mysql2');
    const query = () => {
      const connection = createConnection(CLOSED).on('error', () => {});
      return new Promise((resolve) => connection.query('SELECT 1', (error) => resolve(refused(error))));
    };
    await run('mysql2', query);`,
  ioredis: `
    const Redis = require('ioredis');
    const createClient = () =>
      new Redis({ ...CLOSED, lazyConnect: true, retryStrategy: () => null }).on('error', () => {});
    await run('ioredis', () => createClient().connect().catch(refused));`,
  redis: `
    const { createClient } = require('redis');
    const options = { url: 'redis://127.0.0.1:1', socket: { reconnectStrategy: false } };
    await run('redis', () => createClient(options).on('error', () => {}).connect().catch(refused));`,
  undici: `
    const { Pool } = require('undici');
    const pool = new Pool('http://127.0.0.1:1', { connections: 1 });
    await run('undici', () => pool.request({ path: '/', method: 'GET' }).catch(refused));`,
};

const KAFKA = `const { KafkaJsInstrumentation } = require('@opentelemetry/instrumentation-kafkajs');`;
const messages = 'messages are changed, and those that are shared may carry the wrong trace context';
const inPool = (what: string): string => `${what} may be in the trace of another invocation`;
const mysqlPool = inPool('a query that waits for a connection of a pool');
const pgPool = inPool('a connection that a pool opens for a waiting query');
const undiciPool = inPool('a request that waits for a connection of a pool');
const missing = (packageName: string, member: string, lost: string): string =>
  `this version of ${packageName} has no ${member}, which fc-traced uses: ${lost}`;

test.each<[member: string, library: keyof typeof CALLS, prepare: string, warnings: readonly (string | RegExp)[]]>([
  [
    '_getSendPatch',
    'kafkajs',
    `${KAFKA} hideOnce(KafkaJsInstrumentation.prototype, '_getSendPatch');`,
    [missing('@opentelemetry/instrumentation-kafkajs', '_getSendPatch', messages)],
  ],
  [
    '_getSendBatchPatch',
    'kafkajs',
    `${KAFKA} hideOnce(KafkaJsInstrumentation.prototype, '_getSendBatchPatch');`,
    [missing('@opentelemetry/instrumentation-kafkajs', '_getSendBatchPatch', messages)],
  ],
  [
    '_getConsumerRunPatch',
    'kafkajs',
    `${KAFKA} hideOnce(KafkaJsInstrumentation.prototype, '_getConsumerRunPatch');`,
    [
      missing(
        '@opentelemetry/instrumentation-kafkajs',
        '_getConsumerRunPatch',
        'the configuration of a consumer is changed, and a frozen one is not accepted',
      ),
    ],
  ],
  [
    '_getClientQueryPatch',
    'pg',
    `const { PgInstrumentation } = require('@opentelemetry/instrumentation-pg');
     hideOnce(PgInstrumentation.prototype, '_getClientQueryPatch');`,
    [
      missing(
        '@opentelemetry/instrumentation-pg',
        '_getClientQueryPatch',
        'query objects with a callback are changed, and those that are shared may be in the wrong trace',
      ),
    ],
  ],
  [
    'Pool.prototype.newClient',
    'pg',
    `const { prototype } = require('pg-pool'), { newClient } = prototype;
     Object.defineProperty(prototype, 'newClient', { get: () => newClient, configurable: true });`,
    [missing('pg-pool', 'Pool.prototype.newClient', pgPool)],
  ],
  [
    'Pool._pendingQueue',
    'pg',
    `const PgPool = require('pg-pool');
     Object.defineProperty(PgPool.prototype, '_pendingQueue', {
       get() { return (this.queue ??= Object.setPrototypeOf({ length: 0 }, Array.prototype)); },
       set() {},
     });`,
    [missing('pg-pool', 'array Pool._pendingQueue', pgPool)],
  ],
  [
    '__original',
    'ioredis',
    `const wrapper = require('@opentelemetry/instrumentation-ioredis'), { IORedisInstrumentation } = wrapper;
     class Changed extends IORedisInstrumentation {
       constructor(config) {
         super(config);
         const wrap = this._wrap;
         this._wrap = (object, name, make) => {
           const wrapped = wrap(object, name, make);
           Object.defineProperty(object[name], '__original', { value: undefined });
           return wrapped;
         };
       }
     }
     const file = require.resolve('@opentelemetry/instrumentation-ioredis');
     require.cache[file].exports = { IORedisInstrumentation: Changed };`,
    [
      missing(
        '@opentelemetry/instrumentation-ioredis',
        '__original on Redis.prototype.sendCommand',
        'a command that waits for the connection may get a second span',
      ),
    ],
  ],
  [
    'the definition of pg-pool in _modules',
    'pg',
    `const { PgInstrumentation } = require('@opentelemetry/instrumentation-pg');
     class Changed extends PgInstrumentation {
       constructor(config) {
         super(config);
         this._modules = this._modules.filter(({ name }) => name !== 'pg-pool');
       }
     }
     const file = require.resolve('@opentelemetry/instrumentation-pg');
     require.cache[file].exports = { PgInstrumentation: Changed };`,
    [missing('@opentelemetry/instrumentation-pg', 'definition of pg-pool in _modules', pgPool)],
  ],
  [
    'class in mysql2/lib/pool.js',
    'mysql2',
    "require('mysql2'); replaceExports('mysql2', 'lib/pool.js', class {});",
    [/^mysql2\/lib\/pool\.js of version \S+ is not built as fc-traced expects: /],
  ],
  [
    'file mysql2/lib/pool.js',
    'mysql2',
    `const fs = require('node:fs'), { existsSync } = fs;
     fs.existsSync = (file) => !String(file).endsWith('pool.js') && existsSync(file);`,
    [/^mysql2\/lib\/pool\.js of version \S+ is not built as fc-traced expects: /],
  ],
  [
    'RedisClientPool',
    'redis',
    "require('redis'); replaceExports('@redis/client', 'dist/lib/client/pool.js', {});",
    [/^@redis\/client\/dist\/lib\/client\/pool\.js of version \S+ is not built as fc-traced expects: /],
  ],
  [
    'PoolBase[kDispatch]',
    'undici',
    "require('undici'); replaceExports('undici', 'lib/dispatcher/pool-base.js', { PoolBase: class {} });",
    [missing('undici', 'method [kDispatch] of PoolBase', undiciPool)],
  ],
  [
    'PoolBase',
    'undici',
    "require('undici'); replaceExports('undici', 'lib/dispatcher/pool-base.js', {});",
    [/^undici\/lib\/dispatcher\/pool-base\.js of version \S+ is not built as fc-traced expects: /],
  ],
  [
    'DispatcherBase.dispatch',
    'undici',
    "require('undici'); replaceExports('undici', 'lib/dispatcher/dispatcher-base.js', class {});",
    [missing('undici', 'method dispatch of DispatcherBase', undiciPool)],
  ],
])('without %s, calls of %s work, and one warning is logged', async (_member, library, prepare, expected) => {
  const { answers, spans, warnings } = await runProgram<Outcome>(`${SETUP} ${prepare} ${CALLS[library]}`);
  expect(answers).toEqual([expect.stringMatching(/^refused: /), answers[0]]);
  expect(spans.length).toBeGreaterThanOrEqual(3);
  expect(warnings).toEqual(
    expected.map((warning) => (typeof warning === 'string' ? warning : expect.stringMatching(warning))),
  );
  if (library === 'mysql2') expect(warnings[0]).toContain(mysqlPool);
});

test('without _modules, calls of a loaded library work untraced, and one warning is logged', async () => {
  const { answers, spans, warnings } = await runProgram<Outcome>(`${SETUP}
    const { RedisInstrumentation } = require('@opentelemetry/instrumentation-redis');
    class Changed extends RedisInstrumentation {
      constructor(config) {
        super(config);
        // The package itself only iterates over its modules.
        for (const part of [this, ...Object.values(this)]) {
          if (Array.isArray(part?._modules)) part._modules = new Set(part._modules);
        }
      }
    }
    const file = require.resolve('@opentelemetry/instrumentation-redis');
    require.cache[file].exports = { RedisInstrumentation: Changed };
    ${CALLS.redis}`);
  expect(answers).toEqual([expect.stringMatching(/^refused: /), answers[0]]);
  expect(spans).toEqual(['Shop.request', 'shop']);
  expect(warnings).toEqual([
    missing(
      '@opentelemetry/instrumentation-redis',
      'definitions in _modules, with _onRequire',
      'libraries that were loaded before are not traced, and those loaded later may be in the wrong trace',
    ),
  ]);
});
