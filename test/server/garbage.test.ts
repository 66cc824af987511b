import { fork } from 'node:child_process';
import { once } from 'node:events';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';

const PROGRAM = path.join(__dirname, '..', '..', 'bench', 'programs', 'requests.cjs');
const REQUESTS = 2_000;
/** Less than an event or a span takes. Code that is compiled meanwhile takes some of it. */
const MOST_BYTES_EACH = 400;

const agent = new http.Agent({ keepAlive: true, maxSockets: 20 });
afterAll(() => agent.destroy());

async function get(port: number): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    http
      .get({ port, host: '127.0.0.1', agent }, (response) => response.resume().once('end', resolve))
      .once('error', reject);
  });
}

async function makeRequests(port: number, count: number): Promise<void> {
  let left = count;
  const caller = async (): Promise<void> => {
    while (left > 0) {
      left -= 1;
      await get(port);
    }
  };
  await Promise.all(Array.from({ length: 20 }, caller));
}

test.each([['unrecorded'], ['recorded']])('%s requests leave no garbage behind that grows', async (way) => {
  const collector = http.createServer((request, response) => request.resume().once('end', () => response.end()));
  await once(collector.listen(0, '127.0.0.1'), 'listening');
  const endpoint = `http://127.0.0.1:${(collector.address() as AddressInfo).port}/v1/traces`;
  const child = fork(PROGRAM, [way, endpoint], { execArgv: ['--expose-gc'] });
  try {
    const [port] = (await once(child, 'message')) as [number];
    const heapUsed = async (): Promise<number> => {
      child.send('');
      const [used] = (await once(child, 'message')) as [{ heapUsed: number }];
      return used.heapUsed;
    };
    // Code is compiled and caches are filled.
    await makeRequests(port, REQUESTS);
    const before = await heapUsed();
    await makeRequests(port, REQUESTS);
    expect((await heapUsed()) - before).toBeLessThan(REQUESTS * MOST_BYTES_EACH);
  } finally {
    child.kill();
    collector.closeAllConnections();
    collector.close();
  }
});
