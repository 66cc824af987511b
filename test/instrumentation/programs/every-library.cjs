// One call of each library to a port where nobody listens: each gives spans if the library is instrumented.
const { classOf, createHandler, drawn, invoke, told } = require('../program.cjs');
const net = require('node:net');

const NAMES = ['http', 'undici', 'mysql2', 'pg', 'redis', 'ioredis', 'kafkajs'];
const quiet = () => {};

async function refusedPort() {
  const server = net.createServer();
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

const requested = (request, port) =>
  new Promise((resolve) => request({ host: '127.0.0.1', port }).on('error', resolve).end());

/** `load` gives the libraries, when the method is called or before. */
const methods = (load, port) => ({
  async http() {
    await requested((await load()).http.request, port);
  },
  async httpByName() {
    await requested((await load()).request, port);
  },
  async https() {
    await requested((await load()).https.request, port);
  },
  async undici() {
    await (await load()).undici.request(`http://127.0.0.1:${port}`).catch(quiet);
  },
  async pg() {
    await new (await load()).pg.Client({ host: '127.0.0.1', port }).connect().catch(quiet);
  },
  async pgPool() {
    await new (await load()).pg.Pool({ host: '127.0.0.1', port }).query('SELECT 1').catch(quiet);
  },
  async mysql2() {
    const connection = (await load()).mysql2.createConnection({ host: '127.0.0.1', port }).on('error', quiet);
    await new Promise((resolve) => connection.query('SELECT 1', resolve));
  },
  async mysql2Promise() {
    const pool = (await load()).mysql2Promise.createPool({ host: '127.0.0.1', port });
    const connection = new (await load()).mysql2.Connection({ config: pool.pool.config.connectionConfig }).on(
      'error',
      quiet,
    );
    await connection.promise().execute('SELECT 1').catch(quiet);
  },
  async redis() {
    await (
      await load()
    ).redis
      .createClient({ url: `redis://127.0.0.1:${port}`, socket: { reconnectStrategy: false } })
      .on('error', quiet)
      .connect()
      .catch(quiet);
  },
  async ioredis() {
    await new (await load()).IORedis({ host: '127.0.0.1', port, lazyConnect: true, retryStrategy: () => null })
      .on('error', quiet)
      .connect()
      .catch(quiet);
  },
  async kafkajs() {
    const producer = new (await load()).kafkajs.Kafka({ brokers: [`127.0.0.1:${port}`], logLevel: 0 }).producer();
    await producer.send({ topic: 'orders', messages: [{ value: 'hunter2' }] }).catch(quiet);
  },
});

/** Calls each library in an invocation of its own; gives the drawing of each trace, without messages of errors. */
exports.callEach = async (load) => {
  const port = await refusedPort();
  const all = methods(load, port);
  const { handler } = createHandler(classOf(all), { name: 'shop', instrumentations: NAMES });
  await invoke(handler, { call: 'http' });
  drawn();
  const seen = {};
  for (const call of Object.keys(all)) {
    await invoke(handler, { call });
    seen[call] = drawn()
      .join('\n')
      .replaceAll(/ {2}ERROR.*/g, ' failed')
      .split('\n')
      .slice(2)
      .map((line) => line.trim())
      .join(', ');
  }
  return { seen, told };
};

exports.print = async (load) => {
  process.stdout.write(`\u0001${JSON.stringify(await exports.callEach(load))}\u0001`);
  process.exit();
};
