// Measures the memory of a served function under load: before, peak and after. Collects garbage before and after.
//   node bench/memory.mjs [--quick] [--only WORD]     (after a build; `npm run bench:memory` does both)
import { fork } from 'node:child_process';
import http from 'node:http';
import { createRequire } from 'node:module';
import net from 'node:net';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const { startCollector } = createRequire(import.meta.url)('../cli/dist/viewer/collector.js');
const program = path.join(path.dirname(fileURLToPath(import.meta.url)), 'memory-function.cjs');
const quick = process.argv.includes('--quick');
const only = process.argv.includes('--only') ? process.argv[process.argv.indexOf('--only') + 1] : '';
const PIECE = Buffer.alloc(65_536, 'y');

class ServedFunction {
  #ids = 0;

  static async start(endpoint) {
    const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(OTEL_|FC_)/.test(name)));
    if (endpoint !== undefined) env.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT = endpoint;
    const served = new ServedFunction();
    served.child = fork(program, { execArgv: ['--expose-gc'], env });
    served.port = await new Promise((resolve) => served.child.once('message', ({ port }) => resolve(port)));
    return served;
  }

  memory(settled) {
    const id = (this.#ids += 1);
    return new Promise((resolve) => {
      const listener = (message) => {
        if (message.id !== id) return;
        this.child.off('message', listener);
        resolve(message);
      };
      this.child.on('message', listener);
      this.child.send({ id, settled });
    });
  }

  connect(target) {
    const socket = net.connect(this.port, '127.0.0.1').on('error', () => {});
    socket.write(`GET ${target} HTTP/1.1\r\nhost: a\r\n\r\n`);
    return socket;
  }

  get(target, agent) {
    return new Promise((resolve, reject) =>
      http
        .get({ port: this.port, path: target, agent }, (response) => response.resume().on('end', resolve))
        .on('error', reject),
    );
  }
}

/** Does `work` `count` times, 50 at a time. */
async function fiftyAtATime(count, work) {
  let begun = 0;
  await Promise.all(
    Array.from({ length: 50 }, async () => {
      for (begun += 1; begun <= count; begun += 1) await work();
    }),
  );
}

async function small(served, count) {
  const agent = new http.Agent({ keepAlive: true, maxSockets: 50 });
  await fiftyAtATime(count, () => served.get('/', agent));
  agent.destroy();
}

/** Sends 100 MB and receives them back. */
function echo({ port }) {
  return new Promise((resolve, reject) => {
    const request = http
      .request({ port, path: '/echo', method: 'POST', agent: false }, (response) =>
        response.resume().on('end', resolve),
      )
      .on('error', reject);
    let written = 0;
    const write = () => {
      for (written += 1; written <= 1_600; written += 1) {
        if (!request.write(PIECE)) return void request.once('drain', write);
      }
      request.end();
    };
    write();
  });
}

async function idle(served, count, millis) {
  const sockets = Array.from({ length: count }, () => served.connect('/').resume());
  await sleep(millis);
  if (sockets.some((socket) => socket.destroyed)) throw new Error('the server closed an idle connection');
  sockets.forEach((socket) => socket.destroy());
}

/** Reads 100 MB in chunks of 64 KiB. */
function readSlowly({ port }, millis) {
  return new Promise((resolve, reject) => {
    http
      .get({ port, path: '/large', agent: false }, (response) => {
        const timer = setInterval(() => response.read(), millis);
        response.on('readable', () => {}).on('end', () => resolve(clearInterval(timer)));
      })
      .on('error', reject);
  });
}

async function disconnect(served) {
  const socket = served.connect('/endless');
  let bytes = 0;
  socket.on('data', ({ length }) => (bytes += length) > 200_000 && socket.destroy());
  await new Promise((resolve) => socket.once('close', resolve));
}

async function paused(served, millis) {
  const sockets = Array.from({ length: 20 }, () => served.connect('/large').pause());
  await sleep(millis);
  sockets.forEach((socket) => socket.destroy());
}

const STAGES = {
  'a client that reads 100 MB at about 2.5 MB/s': (served) => readSlowly(served, quick ? 2 : 25),
  '20 clients that stop reading, then disconnect': (served) => paused(served, quick ? 500 : 15_000),
  '1,000 clients that disconnect early': (served) => fiftyAtATime(quick ? 50 : 1_000, () => disconnect(served)),
  '100 MB in and out, ten times': async (served) => {
    for (let n = 0; n < (quick ? 1 : 10); n += 1) await echo(served);
  },
  '1,000 idle connections for 30 s': (served) => idle(served, 1_000, quick ? 500 : 30_000),
  '50,000 small requests': (served) => small(served, quick ? 500 : 50_000),
};

const format = ({ rss, heap, external }) =>
  [rss, heap, external].map((bytes) => (bytes / 2 ** 20).toFixed(1).padStart(6)).join(' ');

async function measure(served, work) {
  const before = await served.memory(true);
  const peak = { ...before };
  let isOver = false;
  const watching = (async () => {
    while (!isOver) {
      const now = await served.memory(false);
      for (const key of ['rss', 'heap', 'external']) peak[key] = Math.max(peak[key], now[key]);
      await sleep(100);
    }
  })();
  await work(served);
  isOver = true;
  await watching;
  await sleep(quick ? 100 : 1_500);
  return `${format(before)} | ${format(peak)} | ${format(await served.memory(true))}`;
}

const collector = await startCollector();
const clearing = setInterval(() => collector.clear(), 500);
console.log('MiB: rss, heap used, external\n');
for (const [mode, endpoint] of [
  ['traced', collector.otlpEndpoint],
  ['untraced', undefined],
]) {
  const served = await ServedFunction.start(endpoint);
  // Warms up: objects that are created once, and compiled code, are not leaks.
  await small(served, 3_000);
  await echo(served);
  await fiftyAtATime(100, () => disconnect(served));
  await idle(served, 1_000, 500);
  console.log(`${mode.padEnd(46)}|        before        |         peak         |        after`);
  for (const [name, work] of Object.entries(STAGES)) {
    if (name.includes(only)) console.log(`${name.padEnd(46)}| ${await measure(served, work)}`);
  }
  served.child.kill();
}
clearInterval(clearing);
await collector.close();
