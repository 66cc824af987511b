import { Server } from '@modelcontextprotocol/sdk/server/index.js';
import { CallToolRequestSchema } from '@modelcontextprotocol/sdk/types.js';
import { Traced } from 'fc-traced';
import { traceMcpClient, traceMcpServer } from 'fc-traced/mcp';
import { traceListener } from 'fc-traced/server';
import { recordTraces } from 'fc-traced/testing';
import { setTimeout as sleep } from 'node:timers/promises';
import { inInvocation, spansOf, waitForSpans } from './traced-pair';
import { sse } from './transports';
import { callTool, weatherClient } from './weather';
import type { WeatherServer } from './weather';

const traces = recordTraces();
afterEach(() => traces.clear());
afterAll(() => traces.stop());

const MILLIS = 1_000_000n;
let running: Promise<unknown> | undefined;

class Slow {
  @Traced()
  async work(milliseconds: number): Promise<string> {
    await (running = sleep(milliseconds));
    return 'done';
  }
}

/** A server whose handler starts before the POST is acknowledged. */
function slowServer(milliseconds: number): WeatherServer {
  const server = traceMcpServer(new Server({ name: 'slow', version: '1.0.0' }, { capabilities: { tools: {} } }));
  server.setRequestHandler(CallToolRequestSchema, async () => ({
    content: [{ type: 'text', text: await new Slow().work(milliseconds) }],
  }));
  return server as unknown as WeatherServer;
}

const open = (milliseconds: number): ReturnType<typeof sse> =>
  sse(() => slowServer(milliseconds), {
    propagates: true,
    wrap: (listener) => traceListener(listener, { route: (request) => new URL(request.url!, 'http://slow').pathname }),
  });

test('spans of a tool end when the tool is done, although the POST of the call is acknowledged at once', async () => {
  const connection = await open(50);
  await inInvocation(async () => {
    const client = traceMcpClient(weatherClient('1.x'));
    await client.connect(connection.transport());
    await callTool('1.x', client, 'slow');
    await client.close();
  });
  await waitForSpans(traces, 'GET /mcp');
  await connection.close();
  const [call] = spansOf(traces, 'tools/call slow', 'server');
  const [work] = spansOf(traces, 'Slow.work');
  const post = traces.spans().find(({ spanId }) => spanId === call!.links[0]!.spanId)!;
  expect(post.name).toBe('POST /messages');
  expect(post.endNanos).toBeLessThan(work!.endNanos);
  expect(work!.events).toEqual([]);
  expect(work!.endNanos - work!.startNanos).toBeGreaterThan(45n * MILLIS);
  expect(call!.endNanos).toBeGreaterThanOrEqual(work!.endNanos);
});

test('spans of a running tool end when the client closes the connection', async () => {
  const connection = await open(300);
  await inInvocation(async () => {
    const client = traceMcpClient(weatherClient('1.x'));
    await client.connect(connection.transport());
    const call = callTool('1.x', client, 'slow').catch(() => undefined);
    await waitForSpans(traces, 'POST /messages', 3);
    await client.close();
    await call;
  });
  await waitForSpans(traces, 'GET /mcp');
  await connection.close();
  const [call] = spansOf(traces, 'tools/call slow', 'server');
  const [work] = spansOf(traces, 'Slow.work');
  expect([call!.status.code, work!.status.code]).toEqual(['UNSET', 'UNSET']);
  expect([call, work].map((span) => span!.events.map(({ name }) => name))).toEqual([
    ['fc_traced.cancelled'],
    ['fc_traced.abandoned'],
  ]);
  expect(work!.endNanos - work!.startNanos).toBeLessThan(250n * MILLIS);
  await running;
});
