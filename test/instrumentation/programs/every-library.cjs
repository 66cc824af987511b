// Calls each library once with a closed port. Each call has spans if the library is instrumented.
const { classOf, createHandler, invoke, takeTrees, warnings } = require('../program.cjs');
const net = require('node:net');

const NAMES = ['http', 'undici', 'mysql2', 'pg', 'redis', 'ioredis', 'kafkajs'];
const ignore = () => {};

async function closedPort() {
  const server = net.createServer();
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

const sendRequest = (request, port) =>
  new Promise((resolve) => request({ host: '127.0.0.1', port }).on('error', resolve).end());

/** `load` returns the libraries, loaded before or when a method is called. */
const methods = (load, port) => ({
  async http() {
    await sendRequest((await load()).http.request, port);
  },
  async httpByName() {
    await sendRequest((await load()).request, port);
  },
  async https() {
    await sendRequest((await load()).https.request, port);
  },
  async undici() {
    await (await load()).undici.request(`http://127.0.0.1:${port}`).catch(ignore);
  },
  async pg() {
    await new (await load()).pg.Client({ host: '127.0.0.1', port }).connect().catch(ignore);
  },
  async pgPool() {
    await new (await load()).pg.Pool({ host: '127.0.0.1', port }).query('SELECT 1').catch(ignore);
  },
  async mysql2() {
    const connection = (await load()).mysql2.createConnection({ host: '127.0.0.1', port }).on('error', ignore);
    await new Promise((resolve) => connection.query('SELECT 1', resolve));
  },
  async mysql2Promise() {
    const pool = (await load()).mysql2Promise.createPool({ host: '127.0.0.1', port });
    const connection = new (await load()).mysql2.Connection({ config: pool.pool.config.connectionConfig }).on(
      'error',
      ignore,
    );
    await connection.promise().execute('SELECT 1').catch(ignore);
  },
  async redis() {
    await (
      await load()
    ).redis
      .createClient({ url: `redis://127.0.0.1:${port}`, socket: { reconnectStrategy: false } })
      .on('error', ignore)
      .connect()
      .catch(ignore);
  },
  async ioredis() {
    await new (await load()).IORedis({ host: '127.0.0.1', port, lazyConnect: true, retryStrategy: () => null })
      .on('error', ignore)
      .connect()
      .catch(ignore);
  },
  async kafkajs() {
    const producer = new (await load()).kafkajs.Kafka({ brokers: [`127.0.0.1:${port}`], logLevel: 0 }).producer();
    await producer.send({ topic: 'orders', messages: [{ value: 'hunter2' }] }).catch(ignore);
  },
});

/** Calls each library in its own invocation. Returns the spans of each, without error messages, and the warnings. */
exports.callEach = async (load) => {
  const port = await closedPort();
  const all = methods(load, port);
  const { handler } = createHandler(classOf(all), { name: 'shop', instrumentations: NAMES });
  await invoke(handler, { call: 'http' });
  takeTrees();
  const spans = {};
  for (const call of Object.keys(all)) {
    await invoke(handler, { call });
    spans[call] = takeTrees()
      .join('\n')
      .replaceAll(/ {2}ERROR.*/g, ' failed')
      .split('\n')
      .slice(2)
      .map((line) => line.trim())
      .join(', ');
  }
  return { spans, warnings };
};

exports.print = async (load) => {
  process.stdout.write(`\u0001${JSON.stringify(await exports.callEach(load))}\u0001`);
  process.exit();
};
