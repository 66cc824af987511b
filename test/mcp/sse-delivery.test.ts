import { diag } from '@opentelemetry/api';
import { Server } from '@modelcontextprotocol/sdk/server/index.js';
import { CallToolRequestSchema } from '@modelcontextprotocol/sdk/types.js';
import { deliveryStats, Traced } from 'fc-traced';
import { traceMcpServer } from 'fc-traced/mcp';
import { traceListener } from 'fc-traced/server';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { startCollector } from '../../cli/src/viewer/collector';
import { sse } from './transports';
import { callTool, weatherClient } from './weather';
import type { WeatherServer } from './weather';

// The outage of a collector that is closed is logged after the tests.
const ignore = (): void => {};
diag.setLogger({ error: ignore, warn: ignore, info: ignore, debug: ignore, verbose: ignore });

class Tool {
  @Traced()
  async work(): Promise<string> {
    return 'done';
  }
}

function toolServer(): WeatherServer {
  const server = traceMcpServer(new Server({ name: 'tools', version: '1.0.0' }, { capabilities: { tools: {} } }));
  server.setRequestHandler(CallToolRequestSchema, async () => ({
    content: [{ type: 'text', text: await new Tool().work() }],
  }));
  return server as unknown as WeatherServer;
}

const open = (endpoint: string, flushTimeoutMillis: number): ReturnType<typeof sse> =>
  sse(toolServer, { wrap: (listener) => traceListener(listener, { endpoint, flushTimeoutMillis }) });

test('over SSE, the spans of a tool reach the collector before its answer reaches the client', async () => {
  const collector = await startCollector();
  const connection = await open(collector.otlpEndpoint, 10_000);
  const client = weatherClient('1.x');
  await client.connect(connection.transport());
  for (let call = 1; call <= 3; call += 1) {
    await callTool('1.x', client, 'slow');
    const names = collector.spans().map(({ name }) => name);
    expect(names.filter((name) => name === 'Tool.work')).toHaveLength(call);
    expect(names.filter((name) => name === 'tools/call slow')).toHaveLength(call);
    // The connection is still open.
    expect(names).not.toContain('GET /mcp');
  }
  await client.close();
  await connection.close();
  await collector.close();
});

test.each([
  ['at most the budget', 1_000],
  ['for nothing with flushTimeoutMillis 0', 0],
])('with a collector that does not respond, the answer of a tool waits %s', async (_, flushTimeoutMillis) => {
  const silent = createServer(() => {});
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
  const connection = await open(
    `http://127.0.0.1:${(silent.address() as AddressInfo).port}/v1/traces`,
    flushTimeoutMillis,
  );
  const client = weatherClient('1.x');
  await client.connect(connection.transport());
  const before = deliveryStats().waitedMillis;
  for (let call = 0; call < 5; call += 1) {
    expect(await callTool('1.x', client, 'slow')).toMatchObject({ content: [{ text: 'done' }] });
  }
  // Five times the budget would be 5,000.
  expect(deliveryStats().waitedMillis - before).toBeLessThan(3_000);
  await client.close();
  await connection.close();
  silent.closeAllConnections();
  silent.close();
});
