import { traceMcpClient, traceMcpServer } from 'fc-traced/mcp';
import { recordTraces } from 'fc-traced/testing';
import { setTimeout as sleep } from 'node:timers/promises';
import { connectPair, inInvocation, waitForSpans } from './traced-pair';
import { perRequest } from './transports';
import { callTool, GENERATIONS, toolEvents, weatherClient, weatherServer } from './weather';

const traces = recordTraces();
beforeEach(() => void toolEvents.splice(0));
afterEach(() => traces.clear());
afterAll(() => traces.stop());

/** A transport that stores what is sent. Tests call `onmessage` to receive messages. */
class ManualTransport {
  readonly sent: { id?: unknown; method?: string }[] = [];
  onmessage?: (message: unknown, extra?: unknown) => void;
  onclose?: () => void;
  start = async (): Promise<void> => {};
  close = async (): Promise<void> => this.onclose?.();
  send = async (message: { id?: unknown; method?: string }): Promise<void> => void this.sent.push(message);
}

/** The number of requests that a traced client or server still stores. */
function storedRequests({ protocol, transport }: { protocol: object; transport: object }): number {
  const peer = Reflect.get(protocol, Symbol.for('fc-traced mcp peer')) as {
    connections: WeakMap<object, { incoming: Map<unknown, unknown> }>;
    outgoing: { pending: Map<unknown, unknown>; unsent: Set<unknown> };
  };
  return peer.connections.get(transport)!.incoming.size + peer.outgoing.pending.size + peer.outgoing.unsent.size;
}

describe.each(GENERATIONS)('%s', (generation) => {
  const server = async (): Promise<{ protocol: object; transport: ManualTransport }> => {
    const weather = traceMcpServer(weatherServer(generation));
    const transport = new ManualTransport();
    await weather.connect(transport as never);
    transport.onmessage!({
      jsonrpc: '2.0',
      id: 'hello',
      method: 'initialize',
      params: { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: { name: 'test', version: '1.0.0' } },
    });
    await sleep(5);
    return { protocol: weather.server, transport };
  };

  test('an incoming request is not stored after its response, rejection or cancellation', async () => {
    const { protocol, transport } = await server();
    const requests = [
      { method: 'tools/call', params: { name: 'weather', arguments: {} } },
      { method: 'tools/call', params: { name: 'broken', arguments: {} } },
      { method: 'no/such' },
      { method: 'no/such', params: { _meta: { 'io.modelcontextprotocol/related-task': { taskId: 'none' } } } },
      { method: 'tools/call', params: { name: 'uncancellable', arguments: {} } },
      { method: 'tools/call', params: { name: 'slow', arguments: {} } },
    ];
    for (const [id, request] of requests.entries()) transport.onmessage!({ jsonrpc: '2.0', id, ...request });
    await sleep(20);
    for (const requestId of [4, 5]) {
      transport.onmessage!({ jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId } });
    }
    await sleep(120);
    expect(storedRequests({ protocol, transport })).toBe(0);
  });

  test('an outgoing request is not stored after its response, timeout, cancellation or lost connection', async () => {
    const client = traceMcpClient(weatherClient(generation));
    const transport = new ManualTransport();
    const connecting = client.connect(transport as never);
    await sleep(5);
    transport.onmessage!({
      jsonrpc: '2.0',
      id: 0,
      result: {
        protocolVersion: '2025-06-18',
        capabilities: { tools: {} },
        serverInfo: { name: 'test', version: '1.0.0' },
      },
    });
    await connecting;
    await inInvocation(async () => {
      const abort = new AbortController();
      const answered = callTool(generation, client, 'weather');
      const late = callTool(generation, client, 'weather', {}, { timeout: 20 }).catch((error: Error) => error.message);
      const off = callTool(generation, client, 'weather', {}, { signal: abort.signal }).catch(
        (error: Error) => error.message,
      );
      await sleep(5);
      transport.onmessage!({
        jsonrpc: '2.0',
        id: transport.sent.find(({ method }) => method === 'tools/call')!.id,
        result: { content: [] },
      });
      abort.abort(new Error('not needed any more'));
      expect(
        (await Promise.all([answered, late, off])).map((value) =>
          typeof value === 'string' ? value.replace(/^MCP error -?\d+: /, '') : value,
        ),
      ).toEqual([{ content: [] }, 'Request timed out', expect.stringContaining('not needed any more')]);
      const cut = callTool(generation, client, 'weather').catch((error: Error) => error.message);
      await sleep(5);
      await client.close();
      expect(await cut).toContain('Connection closed');
    });
    expect(storedRequests({ protocol: client, transport })).toBe(0);
  });

  test('direct requests on the transport leave its listener unchanged, in any order of the responses', async () => {
    const { client, close } = await connectPair(generation);
    const { transport } = client as unknown as { transport: ManualTransport };
    const listener = transport.onmessage;
    for (let turn = 0; turn < 3; turn += 1) {
      await inInvocation(async () => {
        const ask = (id: string, tool: string): Promise<void> =>
          transport.send({ jsonrpc: '2.0', id, method: 'tools/call', params: { name: tool, arguments: {} } } as never);
        await Promise.all([ask(`slow ${turn}`, 'uncancellable'), ask(`quick ${turn}`, 'weather')]);
        await ask(`quicker ${turn}`, 'weather');
        await sleep(100);
      });
      expect(transport.onmessage).toBe(listener);
    }
    await waitForSpans(traces, 'tools/call weather', 12);
    await close();
  });
});

test('an incoming request that the SDK drops is not stored', async () => {
  const connection = await perRequest(() => weatherServer('2.x'));
  const client = traceMcpClient(
    weatherClient('2.x', { versionNegotiation: { mode: 'auto' } }),
  ) as unknown as ReturnType<typeof weatherClient> & { transport: ManualTransport; onerror: (error: Error) => void };
  await client.connect(connection.transport());
  const errors: string[] = [];
  client.onerror = ({ message }) => void errors.push(message);
  client.transport.onmessage!({ jsonrpc: '2.0', id: 7, method: 'ping' });
  expect(errors).toEqual([expect.stringContaining('Dropped inbound request')]);
  expect(storedRequests({ protocol: client, transport: client.transport })).toBe(0);
  await client.close();
  await connection.close();
});
