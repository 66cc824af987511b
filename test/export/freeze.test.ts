import { spawn } from 'node:child_process';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createInterface } from 'node:readline';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const DIST = JSON.stringify(join(__dirname, '..', '..', 'dist', 'index.js'));
const PROGRAM = `
  const { createHandler } = require(${DIST});
  class Ask { handle() { return 'asked'; } }
  const { handler } = createHandler(Ask, { exportTimeoutMillis: 300, flushTimeoutMillis: 300 });
  const ask = (tracing) => handler(Buffer.from('{}'), { requestId: '1-1', credentials: {}, function: { name: 'ask', handler: 'index.handler', timeout: 60 }, service: {}, tracing });
  const tracing = { jaegerEndpoint: process.argv[1] };
  ask(tracing).then(() => ask(tracing)).then(() => setTimeout(() => console.log('done'), 700)).then(() => setTimeout(() => process.exit(), 1000));
`;

// Windows has no signals that stop a process.
(process.platform === 'win32' ? test.skip : test.concurrent).each([
  ['whose answer came while the instance was frozen', 'api/traces', 0],
  ['whose answer came while the instance was frozen', 'api/otlp/traces', 0],
  ['that a freeze held up', 'api/traces', 1_150],
  ['that a freeze held up', 'api/otlp/traces', 1_150],
])('an export %s is not sent again, at /%s', async (_what, path, answersAfter) => {
  let requests = 0;
  let thawed: Promise<void> | undefined;
  const server = createServer((request, response) => {
    requests += 1;
    if (thawed === undefined) child.kill('SIGSTOP');
    request
      .resume()
      .once('end', () => setTimeout(() => response.writeHead(200).end(), requests === 1 ? answersAfter : 0));
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
