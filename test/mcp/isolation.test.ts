/* oxlint-disable typescript/no-unnecessary-type-assertion -- the compiler needs them for the union of generations */
import { propagation } from '@opentelemetry/api';
import { traceMcpClient, traceMcpServer } from 'fc-traced/mcp';
import { traceListener } from 'fc-traced/server';
import { fakeFcContext, recordTraces } from 'fc-traced/testing';
import type { SpanNode } from 'fc-traced/testing';
import type { RequestListener } from 'node:http';
import { z } from 'zod';
import { runs } from '../soak';
import { inInvocation, waitForSpans } from './traced-pair';
import { inMemory, perRequest, streamable } from './transports';
import type { Connection } from './transports';
import { callTool, Forecast, weatherClient, weatherServer } from './weather';
import type { Generation, WeatherServer } from './weather';

const CALLS = runs({ short: 100, long: 1_000 });
const CONCURRENCY = 50;

const traces = recordTraces();
afterEach(() => traces.clear());
afterAll(() => traces.stop());

const overHttp = { wrap: (listener: RequestListener) => traceListener(listener, { name: 'http' }) };
const traceIdOf = (id: number): string => (0xf0000 + id).toString(16).padStart(32, 'a');

/** A server with a tool that returns the active baggage. */
function makeServer(generation: Generation): WeatherServer {
  const server = weatherServer(generation);
  const whose = async ({ city }: { city: string }): Promise<{ content: { type: 'text'; text: string }[] }> => {
    const text = await new Forecast().of(city);
    return {
      content: [{ type: 'text', text: `${text} for ${propagation.getActiveBaggage()?.getEntry('tenant')?.value}` }],
    };
  };
  server.registerTool(
    'whose',
    { inputSchema: generation === '1.x' ? { city: z.string() } : z.object({ city: z.string() }) },
    whose,
  );
  return traceMcpServer(server);
}

const SETUPS: readonly (readonly [string, Generation, number, () => Promise<Connection>, object])[] = [
  ['1.x in memory', '1.x', 1, () => inMemory('1.x', () => makeServer('1.x')), {}],
  ['1.x over streamable HTTP', '1.x', 4, () => streamable('1.x', () => makeServer('1.x'), overHttp), {}],
  ['2.x in memory', '2.x', 1, () => inMemory('2.x', () => makeServer('2.x')), {}],
  [
    '2.x over streamable HTTP, protocol version 2026-07-28',
    '2.x',
    4,
    () => perRequest(() => makeServer('2.x'), overHttp),
    { versionNegotiation: { mode: 'auto' } },
  ],
];

test.each(SETUPS)(
  `%s: each of ${CALLS} calls, ${CONCURRENCY} of them concurrent on few connections, is in its caller's trace`,
  async (_name, generation, connections, open, options) => {
    const connection = await open();
    const clients = await Promise.all(
      Array.from({ length: connections }, async () => {
        const client = traceMcpClient(weatherClient(generation, options));
        await client.connect(connection.transport());
        return client;
      }),
    );
    traces.clear();
    const answers = new Map<number, { content: { text: string }[] }>();
    let next = 0;
    const worker = async (): Promise<void> => {
      for (let id = next++; id < CALLS; id = next++) {
        const context = fakeFcContext({
          tracing: {
            openTracingSpanContext: `${traceIdOf(id)}:${(0xf0000 + id).toString(16).padStart(16, 'b')}:0:1`,
            openTracingSpanBaggages: { tenant: `tenant ${id}` },
          },
        });
        const client = clients[id % connections]!;
        answers.set(
          id,
          await inInvocation(() => callTool(generation, client, 'whose', { city: `city ${id}` }), context),
        );
      }
    };
    try {
      await Promise.all(Array.from({ length: CONCURRENCY }, worker));
      await waitForSpans(traces, 'tools/call whose', 2 * CALLS);
    } finally {
      await Promise.all(clients.map((client) => client.close()));
      await connection.close();
    }

    for (let id = 0; id < CALLS; id += 1) {
      expect(answers.get(id)!.content[0]!.text).toBe(`sunny in city ${id} for tenant ${id}`);
    }
    const tracesById = new Map(
      traces
        .traces()
        .filter(({ spans }) => spans.some(({ name }) => name === 'invocation'))
        .map((trace) => [trace.traceId, trace]),
    );
    expect(tracesById.size).toBe(CALLS);
    for (let id = 0; id < CALLS; id += 1) {
      const { roots, spans } = tracesById.get(traceIdOf(id))!;
      const names = (node: SpanNode): unknown => [node.span.name, node.span.kind, node.children.map(names)];
      expect([spans.length, roots.map(names)]).toEqual([
        4,
        [
          [
            'invocation',
            'server',
            [['tools/call whose', 'client', [['tools/call whose', 'server', [['Forecast.of', 'internal', []]]]]]],
          ],
        ],
      ]);
      expect(spans.find(({ name }) => name === 'Forecast.of')!.attributes.city).toBe(`city ${id}`);
    }
  },
  300_000,
);
