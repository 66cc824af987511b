import { StdioClientTransport as Stdio2 } from '@modelcontextprotocol/client/stdio';
import { StdioClientTransport as Stdio1 } from '@modelcontextprotocol/sdk/client/stdio.js';
import { ListRootsRequestSchema } from '@modelcontextprotocol/sdk/types.js';
import { traceMcpClient } from 'fc-traced/mcp';
import { expectTrace, recordTraces } from 'fc-traced/testing';
import type { SpanRecord } from 'fc-traced/testing';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { buildTraces } from '../../src/testing/trace-tree';
import { inInvocation, spansOf } from './asking';
import { callTool, Forecast, weatherClient } from './weather';
import type { Asking, Generation } from './weather';

const folder = mkdtempSync(path.join(tmpdir(), 'fc-traced-mcp-'));
const traces = recordTraces();
afterEach(() => traces.clear());
afterAll(() => {
  traces.stop();
  rmSync(folder, { recursive: true, force: true });
});

let servers = 0;

/** A connection with a server in a process of its own; what it gives in the end are the spans of that process. */
async function started(
  generation: Generation,
  { tracing = 'traced', options = {} }: { tracing?: 'traced' | 'untraced'; options?: object } = {},
): Promise<{ client: Asking; spans: () => Promise<SpanRecord[]> }> {
  const file = path.join(folder, `spans-${(servers += 1)}.json`);
  const client = traceMcpClient(weatherClient(generation, options));
  const Transport = generation === '1.x' ? Stdio1 : Stdio2;
  await client.connect(
    new Transport({
      command: process.execPath,
      args: [path.join(__dirname, 'stdio-server.cjs'), generation, tracing, file],
    }) as never,
  );
  return {
    client,
    spans: async () => {
      await client.close();
      for (let turn = 0; turn < 200 && !existsSync(file); turn += 1) await sleep(10);
      await sleep(20);
      return JSON.parse(readFileSync(file, 'utf8'), (_, value: unknown) =>
        typeof value === 'string' && /^\d+n$/.test(value) ? BigInt(value.slice(0, -1)) : value,
      ) as SpanRecord[];
    },
  };
}

const CASES = [
  ['1.x', {}, '2025-11-25'],
  ['2.x', {}, '2025-11-25'],
  ['2.x', { versionNegotiation: { mode: 'auto' } }, '2026-07-28'],
] as const;

test.each(CASES)('%s %j: two processes make one trace', async (generation, options, version) => {
  const { client, spans } = await inInvocation(() => started(generation, { options }));
  traces.clear();
  await inInvocation(() => callTool(generation, client, 'weather', { city: 'Ulm' }));
  const all = [...(await spans()), ...traces.spans()];
  const [trace] = buildTraces(all).filter(({ spans: members }) => members.some(({ name }) => name === 'ask'));
  const attributes = {
    'network.transport': 'pipe',
    'network.protocol.name': undefined,
    'mcp.protocol.version': version,
  };
  expectTrace(trace!).toMatchTree({
    name: 'ask',
    children: [
      {
        name: 'tools/call weather',
        kind: 'client',
        attributes,
        children: [
          {
            name: 'tools/call weather',
            kind: 'server',
            attributes: { ...attributes, asked: 'Ulm' },
            links: 0,
            children: [{ name: 'look' }],
          },
        ],
      },
    ],
  });
});

test('a request of the server belongs to the call that it works on, and not to the invocation that made the connection', async () => {
  const { client, spans } = await inInvocation(() => started('1.x'));
  client.setRequestHandler(ListRootsRequestSchema, async () => ({
    roots: [{ uri: 'file:///', name: await new Forecast().of('roots') }],
  }));
  traces.clear();
  await inInvocation(() => callTool('1.x', client, 'asks'));
  const all = [...(await spans()), ...traces.spans()];
  const [trace] = buildTraces(all).filter(({ spans: members }) => members.some(({ name }) => name === 'ask'));
  expectTrace(trace!).toMatchTree(`
    ask
      tools/call asks
        tools/call asks
          roots/list
            roots/list
              Forecast.of
  `);
});

test('of a server without tracing, what it asks after the invocation is over is a trace of its own', async () => {
  const { client, spans } = await inInvocation(() => started('1.x', { tracing: 'untraced' }));
  client.setRequestHandler(ListRootsRequestSchema, () => ({ roots: [] }));
  traces.clear();
  await inInvocation(() => callTool('1.x', client, 'asks'));
  expect(await spans()).toEqual([]);
  expect(traces.traces().map(({ roots }) => roots.map(({ span }) => span.name))).toEqual([['roots/list'], ['ask']]);
  expect(spansOf(traces, 'roots/list')[0]!.links).toEqual([]);
});
