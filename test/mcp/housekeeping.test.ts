import { traceMcpClient, traceMcpServer } from 'fc-traced/mcp';
import { recordTraces } from 'fc-traced/testing';
import { setTimeout as sleep } from 'node:timers/promises';
import { connected, ended, inInvocation } from './asking';
import { perRequest } from './links';
import { callTool, GENERATIONS, happened, weatherClient, weatherServer } from './weather';

const traces = recordTraces();
beforeEach(() => void happened.splice(0));
afterEach(() => traces.clear());
afterAll(() => traces.stop());

/** A transport by hand: what is sent on it, and whoever listens to it. */
class Wire {
  readonly sent: { id?: unknown; method?: string }[] = [];
  onmessage?: (message: unknown, extra?: unknown) => void;
  onclose?: () => void;
  start = async (): Promise<void> => {};
  close = async (): Promise<void> => this.onclose?.();
  send = async (message: { id?: unknown; method?: string }): Promise<void> => void this.sent.push(message);
}

/** How many requests a traced client or server takes for unanswered. */
function unanswered({ protocol, wire }: { protocol: object; wire: object }): number {
  const peer = Reflect.get(protocol, Symbol.for('fc-traced mcp peer')) as {
    connections: WeakMap<object, { incoming: Map<unknown, unknown> }>;
    outgoing: { pending: Map<unknown, unknown>; unsent: Set<unknown> };
  };
  return peer.connections.get(wire)!.incoming.size + peer.outgoing.pending.size + peer.outgoing.unsent.size;
}

describe.each(GENERATIONS)('%s', (generation) => {
  const server = async (): Promise<{ protocol: object; wire: Wire }> => {
    const weather = traceMcpServer(weatherServer(generation));
    const wire = new Wire();
    await weather.connect(wire as never);
    wire.onmessage!({
      jsonrpc: '2.0',
      id: 'hello',
      method: 'initialize',
      params: { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: { name: 'by hand', version: '1.0.0' } },
    });
    await sleep(5);
    return { protocol: weather.server, wire };
  };

  test('nothing is kept of a request that was answered, refused, or called off', async () => {
    const { protocol, wire } = await server();
    const requests = [
      { method: 'tools/call', params: { name: 'weather', arguments: {} } },
      { method: 'tools/call', params: { name: 'broken', arguments: {} } },
      { method: 'no/such' },
      { method: 'no/such', params: { _meta: { 'io.modelcontextprotocol/related-task': { taskId: 'none' } } } },
      { method: 'tools/call', params: { name: 'deaf', arguments: {} } },
      { method: 'tools/call', params: { name: 'patient', arguments: {} } },
    ];
    for (const [id, request] of requests.entries()) wire.onmessage!({ jsonrpc: '2.0', id, ...request });
    await sleep(20);
    for (const requestId of [4, 5]) {
      wire.onmessage!({ jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId } });
    }
    await sleep(120);
    expect(unanswered({ protocol, wire })).toBe(0);
  });

  test('nothing is kept of a question that was answered, late, called off, or cut off', async () => {
    const client = traceMcpClient(weatherClient(generation));
    const wire = new Wire();
    const connecting = client.connect(wire as never);
    await sleep(5);
    wire.onmessage!({
      jsonrpc: '2.0',
      id: 0,
      result: {
        protocolVersion: '2025-06-18',
        capabilities: { tools: {} },
        serverInfo: { name: 'by hand', version: '1.0.0' },
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
      wire.onmessage!({
        jsonrpc: '2.0',
        id: wire.sent.find(({ method }) => method === 'tools/call')!.id,
        result: { content: [] },
      });
      abort.abort(new Error('changed my mind'));
      expect(
        (await Promise.all([answered, late, off])).map((value) =>
          typeof value === 'string' ? value.replace(/^MCP error -?\d+: /, '') : value,
        ),
      ).toEqual([{ content: [] }, 'Request timed out', expect.stringContaining('changed my mind')]);
      const cut = callTool(generation, client, 'weather').catch((error: Error) => error.message);
      await sleep(5);
      await client.close();
      expect(await cut).toContain('Connection closed');
    });
    expect(unanswered({ protocol: client, wire })).toBe(0);
  });

  test('requests that a program hands to the transport itself leave nothing behind, in whatever order they are answered', async () => {
    const { client, close } = await connected(generation);
    const { transport } = client as unknown as { transport: Wire };
    const listener = transport.onmessage;
    for (let turn = 0; turn < 3; turn += 1) {
      await inInvocation(async () => {
        const ask = (id: string, tool: string): Promise<void> =>
          transport.send({ jsonrpc: '2.0', id, method: 'tools/call', params: { name: tool, arguments: {} } } as never);
        await Promise.all([ask(`slow ${turn}`, 'deaf'), ask(`quick ${turn}`, 'weather')]);
        await ask(`quicker ${turn}`, 'weather');
        await sleep(100);
      });
      expect(transport.onmessage).toBe(listener);
    }
    await ended(traces, 'tools/call weather', 12);
    await close();
  });
});

test('nothing is kept of a request that the SDK drops without a word', async () => {
  const link = await perRequest(() => weatherServer('2.x'));
  const client = traceMcpClient(
    weatherClient('2.x', { versionNegotiation: { mode: 'auto' } }),
  ) as unknown as ReturnType<typeof weatherClient> & { transport: Wire; onerror: (error: Error) => void };
  await client.connect(link.transport());
  const errors: string[] = [];
  client.onerror = ({ message }) => void errors.push(message);
  client.transport.onmessage!({ jsonrpc: '2.0', id: 7, method: 'ping' });
  expect(errors).toEqual([expect.stringContaining('Dropped inbound request')]);
  expect(unanswered({ protocol: client, wire: client.transport })).toBe(0);
  await client.close();
  await link.close();
});
