import { spawn } from 'node:child_process';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';

const DIST = JSON.stringify(join(__dirname, '..', '..', 'dist', 'index.js'));
const PROGRAM = `
  const { createHandler } = require(${DIST});
  class Shop { handle() { return 'done'; } }
  const { handler } = createHandler(Shop, { exportTimeoutMillis: 300, flushTimeoutMillis: 300 });
  const context = {
    requestId: '1-1',
    credentials: {},
    function: { name: 'shop', handler: 'index.handler', timeout: 60 },
    service: {},
    tracing: { jaegerEndpoint: process.argv[1] },
  };
  const call = () => handler(Buffer.from('{}'), context);
  call().then(call).then(() => {
    setTimeout(() => console.log('done'), 700);
    setTimeout(() => process.exit(), 1000);
  });
`;

// Windows has no signal that stops a process.
(process.platform === 'win32' ? test.skip : test.concurrent).each([
  ['whose response arrives during a freeze', 'api/traces', 0],
  ['whose response arrives during a freeze', 'api/otlp/traces', 0],
  ['that a freeze delays', 'api/traces', 1_150],
  ['that a freeze delays', 'api/otlp/traces', 1_150],
])('an export %s is not sent again: /%s', async (_what, path, responseMillis) => {
  let requests = 0;
  let thawed: Promise<void> | undefined;
  const server = createServer((request, response) => {
    requests += 1;
    if (thawed === undefined) child.kill('SIGSTOP');
    request
      .resume()
      .once('end', () => setTimeout(() => response.writeHead(200).end(), requests === 1 ? responseMillis : 0));
    thawed ??= sleep(1_000).then(() => void child.kill('SIGCONT'));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/adapt_x/${path}`;
  const child = spawn(process.execPath, ['-e', PROGRAM, url], { stdio: ['ignore', 'pipe', 'inherit'] });
  await new Promise((resolve) => createInterface({ input: child.stdout }).once('line', resolve));
  child.kill();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  expect(requests).toBe(2);
});
