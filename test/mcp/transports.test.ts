import { traceMcpClient, traceMcpServer } from 'fc-traced/mcp';
import { traceListener } from 'fc-traced/server';
import { expectTrace, recordTraces } from 'fc-traced/testing';
import type { ExpectedSpan } from 'fc-traced/testing';
import type { RequestListener } from 'node:http';
import { inInvocation, spansOf, waitForSpans } from './traced-pair';
import { inMemory, perRequest, sse, streamable } from './transports';
import type { Connection } from './transports';
import { callTool, weatherClient, weatherServer } from './weather';
import type { Generation } from './weather';

const traces = recordTraces();
afterEach(() => traces.clear());
afterAll(() => traces.stop());

/** Each HTTP request is an invocation, in the trace that its headers name. */
const overHttp = { propagates: true, wrap: (listener: RequestListener) => traceListener(listener, { name: 'http' }) };
const http: ExpectedSpan = { name: 'http', kind: 'server' };
const server1 = (): ReturnType<typeof weatherServer> => traceMcpServer(weatherServer('1.x'));
const server2 = (): ReturnType<typeof weatherServer> => traceMcpServer(weatherServer('2.x'));
const modern = { versionNegotiation: { mode: 'auto' } };

interface Setup {
  readonly open: () => Promise<Connection>;
  readonly client: Generation;
  readonly options?: object;
  readonly version: string;
  readonly network: object;
  readonly hasPosts: boolean;
  /** What the long-running GET belongs to. */
  readonly longGet?: 'session' | 'connection';
}
const tcp = { 'network.transport': 'tcp', 'network.protocol.name': 'http' };
const none = { 'network.transport': undefined };

const SETUPS: readonly (readonly [string, Setup])[] = [
  [
    '1.x in memory',
    { open: () => inMemory('1.x', server1), client: '1.x', version: '2025-11-25', network: none, hasPosts: false },
  ],
  [
    '1.x streamable HTTP, answered as a stream',
    {
      open: () => streamable('1.x', server1, overHttp),
      client: '1.x',
      version: '2025-11-25',
      network: tcp,
      hasPosts: true,
      longGet: 'session',
    },
  ],
  [
    '1.x streamable HTTP, answered as JSON',
    {
      open: () => streamable('1.x', server1, { ...overHttp, json: true }),
      client: '1.x',
      version: '2025-11-25',
      network: tcp,
      hasPosts: true,
      longGet: 'session',
    },
  ],
  [
    '1.x SSE',
    {
      open: () => sse(server1, overHttp),
      client: '1.x',
      version: '2025-11-25',
      network: tcp,
      hasPosts: true,
      longGet: 'connection',
    },
  ],
  [
    '2.x in memory',
    { open: () => inMemory('2.x', server2), client: '2.x', version: '2025-11-25', network: none, hasPosts: false },
  ],
  [
    '2.x streamable HTTP with sessions',
    {
      open: () => streamable('2.x', server2, overHttp),
      client: '2.x',
      version: '2025-11-25',
      network: tcp,
      hasPosts: true,
      longGet: 'session',
    },
  ],
  [
    '2.x streamable HTTP without sessions, protocol version 2025-11-25',
    {
      open: () => perRequest(server2, overHttp),
      client: '2.x',
      version: '2025-11-25',
      network: tcp,
      hasPosts: true,
      longGet: 'session',
    },
  ],
  [
    '2.x streamable HTTP, protocol version 2026-07-28',
    {
      open: () => perRequest(server2, overHttp),
      client: '2.x',
      options: modern,
      version: '2026-07-28',
      network: tcp,
      hasPosts: true,
    },
  ],
  [
    'a client of 1.x and a server of 2.x',
    {
      open: () => perRequest(server2, overHttp),
      client: '1.x',
      version: '2025-11-25',
      network: tcp,
      hasPosts: true,
      longGet: 'session',
    },
  ],
  [
    'a client of 2.x and a server of 1.x',
    {
      open: () => streamable('1.x', server1, overHttp),
      client: '2.x',
      version: '2025-11-25',
      network: tcp,
      hasPosts: true,
      longGet: 'session',
    },
  ],
];

test.each(SETUPS)(
  '%s: client and server are in one trace, and the tool is a child of the call',
  async (_name, { open, client: generation, options, version, network, hasPosts, longGet }) => {
    const connection = await open();
    const answer = await inInvocation(async () => {
      const client = traceMcpClient(weatherClient(generation, options));
      await client.connect(connection.transport());
      const given = await callTool(generation, client, 'weather', { city: 'Ulm' });
      await waitForSpans(traces, 'http', hasPosts ? (version === '2026-07-28' ? 2 : 3) : 0);
      await client.close();
      return given;
    });
    await connection.close();
    if (longGet !== undefined) await waitForSpans(traces, 'http', 4);
    expect(answer.content).toEqual([{ type: 'text', text: 'sunny in Ulm' }]);

    const posted = hasPosts ? [http] : [];
    const pair = (
      name: string,
      below: readonly ExpectedSpan[] = [],
      beside: readonly ExpectedSpan[] = [],
    ): ExpectedSpan => ({
      name,
      kind: 'client',
      attributes: { ...network, 'mcp.protocol.version': version },
      links: 0,
      children: [
        ...posted,
        ...beside,
        {
          name,
          kind: 'server',
          attributes: { ...network, 'mcp.protocol.version': version },
          links: posted.length,
          children: below,
        },
      ],
    });
    const handshake =
      version === '2026-07-28'
        ? [pair('server/discover')]
        : [
            pair('initialize'),
            pair(
              'notifications/initialized',
              [],
              longGet === 'session' ? [{ name: 'outgoing request', children: [http] }] : [],
            ),
          ];
    const tool: ExpectedSpan = { name: 'Forecast.of', attributes: { city: 'Ulm' } };
    expectTrace(traces.only()).toMatchTree({
      name: 'invocation',
      children: [...(longGet === 'connection' ? [http] : []), ...handshake, pair('tools/call weather', [tool])],
    });
    const [call] = spansOf(traces, 'tools/call weather', 'server');
    expect(call!.attributes).toMatchObject({
      'mcp.method.name': 'tools/call',
      'gen_ai.tool.name': 'weather',
      'gen_ai.operation.name': 'execute_tool',
      asked: 'Ulm',
    });
    if (hasPosts) expect(traces.spans().find(({ spanId }) => spanId === call!.links[0]!.spanId)!.name).toBe('http');
  },
);

test.each(['1.x', '2.x'] as const)(
  '%s: without trace headers the call is in the trace of _meta, and linked to the HTTP request',
  async (generation) => {
    const make = (): ReturnType<typeof weatherServer> => traceMcpServer(weatherServer(generation));
    const connection = await streamable(generation, make, { wrap: overHttp.wrap });
    const client = traceMcpClient(weatherClient(generation));
    await client.connect(connection.transport());
    await waitForSpans(traces, 'http', 1);
    traces.clear();
    await inInvocation(() => callTool(generation, client, 'weather', { city: 'Ulm' }));
    await waitForSpans(traces, 'http', 1);
    const [call] = spansOf(traces, 'tools/call weather', 'server');
    const [request] = spansOf(traces, 'http');
    expectTrace(traces.traces().find(({ traceId }) => traceId === call!.traceId)!).toMatchTree(`
    invocation
      tools/call weather
        tools/call weather
          Forecast.of
  `);
    expect(request!.traceId).not.toBe(call!.traceId);
    expect(call!.links).toEqual([{ traceId: request!.traceId, spanId: request!.spanId, attributes: {} }]);
    await client.close();
    await connection.close();
  },
);
