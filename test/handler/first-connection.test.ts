import { createHandler, Handler } from 'fc-traced';
import { fakeFcContext, invoke } from 'fc-traced/testing';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';

let connections = 0;
let requests = 0;
let server: Server;
let endpoint: string;

beforeEach(async () => {
  connections = 0;
  requests = 0;
  server = createServer((request, response) => {
    requests += 1;
    request.resume().on('end', () => response.end());
  }).on('connection', () => (connections += 1));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

function create(path: string) {
  @Handler({ endpoint: endpoint + path })
  class Orders {
    handle(): string {
      return 'shipped';
    }
  }
  return createHandler(Orders);
}
const calledBy = (openTracingSpanContext: string) => fakeFcContext({ tracing: { openTracingSpanContext } });

test.each(['/v1/traces', '/api/traces'])(
  'the initializer of a sampled call opens the connection that delivers its trace, to %s',
  async (path) => {
    const { handler, initialize } = create(path);
    await initialize(calledBy('1:1:0:1'));
    while (connections === 0) await new Promise(setImmediate);
    expect(requests).toBe(0);
    expect(await invoke(handler, {}, calledBy('1:1:0:1'))).toBe('shipped');
    expect([connections, requests]).toEqual([1, 1]);
  },
);

test.each([
  ['that is not sampled', '1:1:0:0'],
  ['without a caller, as on a provisioned instance', ''],
])('an initializer %s opens no connection', async (_what, caller) => {
  const { handler, initialize } = create('/v1/traces');
  await initialize(calledBy(caller));
  await invoke(handler, {}, calledBy('1:1:0:0'));
  await new Promise(setImmediate);
  expect([connections, requests]).toEqual([0, 0]);
});
