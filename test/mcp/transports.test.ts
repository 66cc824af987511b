import { traceMcpClient, traceMcpServer } from 'fc-traced/mcp';
import { traceListener } from 'fc-traced/server';
import { expectTrace, recordTraces } from 'fc-traced/testing';
import type { ExpectedSpan } from 'fc-traced/testing';
import type { RequestListener } from 'node:http';
import { ended, inInvocation, spansOf } from './asking';
import { inMemory, perRequest, sse, streamable } from './links';
import type { Link } from './links';
import { callTool, weatherClient, weatherServer } from './weather';
import type { Generation } from './weather';

const traces = recordTraces();
afterEach(() => traces.clear());
afterAll(() => traces.stop());

/** Each HTTP request is an invocation of its own, in the trace that its headers name. */
const overHttp = { passes: true, around: (listener: RequestListener) => traceListener(listener, { name: 'http' }) };
const http: ExpectedSpan = { name: 'http', kind: 'server' };
const first = (): ReturnType<typeof weatherServer> => traceMcpServer(weatherServer('1.x'));
const second = (): ReturnType<typeof weatherServer> => traceMcpServer(weatherServer('2.x'));
const modern = { versionNegotiation: { mode: 'auto' } };

interface Way {
  readonly open: () => Promise<Link>;
  readonly client: Generation;
  readonly options?: object;
  readonly version: string;
  readonly network: object;
  readonly posts: boolean;
  readonly long?: 'session' | 'connection';
}
const tcp = { 'network.transport': 'tcp', 'network.protocol.name': 'http' };
const none = { 'network.transport': undefined };

const WAYS: readonly (readonly [string, Way])[] = [
  [
    '1.x in memory',
    { open: () => inMemory('1.x', first), client: '1.x', version: '2025-11-25', network: none, posts: false },
  ],
  [
    '1.x streamable HTTP, answered as a stream',
    {
      open: () => streamable('1.x', first, overHttp),
      client: '1.x',
      version: '2025-11-25',
      network: tcp,
      posts: true,
      long: 'session',
    },
  ],
  [
    '1.x streamable HTTP, answered as JSON',
    {
      open: () => streamable('1.x', first, { ...overHttp, json: true }),
      client: '1.x',
      version: '2025-11-25',
      network: tcp,
      posts: true,
      long: 'session',
    },
  ],
  [
    '1.x SSE',
    {
      open: () => sse(first, overHttp),
      client: '1.x',
      version: '2025-11-25',
      network: tcp,
      posts: true,
      long: 'connection',
    },
  ],
  [
    '2.x in memory',
    { open: () => inMemory('2.x', second), client: '2.x', version: '2025-11-25', network: none, posts: false },
  ],
  [
    '2.x streamable HTTP with sessions',
    {
      open: () => streamable('2.x', second, overHttp),
      client: '2.x',
      version: '2025-11-25',
      network: tcp,
      posts: true,
      long: 'session',
    },
  ],
  [
    '2.x streamable HTTP without sessions, of the era of 2025',
    {
      open: () => perRequest(second, overHttp),
      client: '2.x',
      version: '2025-11-25',
      network: tcp,
      posts: true,
      long: 'session',
    },
  ],
  [
    '2.x streamable HTTP, of the protocol of 2026',
    {
      open: () => perRequest(second, overHttp),
      client: '2.x',
      options: modern,
      version: '2026-07-28',
      network: tcp,
      posts: true,
    },
  ],
  [
    'a client of 1.x and a server of 2.x',
    {
      open: () => perRequest(second, overHttp),
      client: '1.x',
      version: '2025-11-25',
      network: tcp,
      posts: true,
      long: 'session',
    },
  ],
  [
    'a client of 2.x and a server of 1.x',
    {
      open: () => streamable('1.x', first, overHttp),
      client: '2.x',
      version: '2025-11-25',
      network: tcp,
      posts: true,
      long: 'session',
    },
  ],
];

test.each(WAYS)(
  '%s: client and server are one trace, the tool below the call',
  async (_name, { open, client: generation, options, version, network, posts, long }) => {
    const link = await open();
    const answer = await inInvocation(async () => {
      const client = traceMcpClient(weatherClient(generation, options));
      await client.connect(link.transport());
      const given = await callTool(generation, client, 'weather', { city: 'Ulm' });
      await ended(traces, 'http', posts ? (version === '2026-07-28' ? 2 : 3) : 0);
      await client.close();
      return given;
    });
    await link.close();
    if (long !== undefined) await ended(traces, 'http', 4);
    expect(answer.content).toEqual([{ type: 'text', text: 'sunny in Ulm' }]);

    const posted = posts ? [http] : [];
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
              long === 'session' ? [{ name: 'outgoing request', children: [http] }] : [],
            ),
          ];
    const tool: ExpectedSpan = { name: 'Forecast.of', attributes: { city: 'Ulm' } };
    expectTrace(traces.only()).toMatchTree({
      name: 'ask',
      children: [...(long === 'connection' ? [http] : []), ...handshake, pair('tools/call weather', [tool])],
    });
    const [call] = spansOf(traces, 'tools/call weather', 'server');
    expect(call!.attributes).toMatchObject({
      'mcp.method.name': 'tools/call',
      'gen_ai.tool.name': 'weather',
      'gen_ai.operation.name': 'execute_tool',
      asked: 'Ulm',
    });
    if (posts) expect(traces.spans().find(({ spanId }) => spanId === call!.links[0]!.spanId)!.name).toBe('http');
  },
);

test.each(['1.x', '2.x'] as const)(
  '%s: where no HTTP header names the trace, the call of the tool is in the one of _meta, and linked with the HTTP request',
  async (generation) => {
    const make = (): ReturnType<typeof weatherServer> => traceMcpServer(weatherServer(generation));
    const link = await streamable(generation, make, { around: overHttp.around });
    const client = traceMcpClient(weatherClient(generation));
    await client.connect(link.transport());
    await ended(traces, 'http', 1);
    traces.clear();
    await inInvocation(() => callTool(generation, client, 'weather', { city: 'Ulm' }));
    await ended(traces, 'http', 1);
    const [call] = spansOf(traces, 'tools/call weather', 'server');
    const [request] = spansOf(traces, 'http');
    expectTrace(traces.traces().find(({ traceId }) => traceId === call!.traceId)!).toMatchTree(`
    ask
      tools/call weather
        tools/call weather
          Forecast.of
  `);
    expect(request!.traceId).not.toBe(call!.traceId);
    expect(call!.links).toEqual([{ traceId: request!.traceId, spanId: request!.spanId, attributes: {} }]);
    await client.close();
    await link.close();
  },
);
