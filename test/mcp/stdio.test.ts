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
import { inInvocation, spansOf } from './traced-pair';
import { callTool, Forecast, weatherClient } from './weather';
import type { WeatherClient, Generation } from './weather';

const folder = mkdtempSync(path.join(tmpdir(), 'fc-traced-mcp-'));
const traces = recordTraces();
afterEach(() => traces.clear());
afterAll(() => {
  traces.stop();
  rmSync(folder, { recursive: true, force: true });
});

let serverCount = 0;

/** Starts a server in its own process and connects with it. `spans` closes it and returns its spans. */
async function startServer(
  generation: Generation,
  { tracing = 'traced', options = {} }: { tracing?: 'traced' | 'untraced'; options?: object } = {},
): Promise<{ client: WeatherClient; spans: () => Promise<SpanRecord[]> }> {
  const file = path.join(folder, `spans-${(serverCount += 1)}.json`);
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

test.each(CASES)('%s %j: client and server processes are in one trace', async (generation, options, version) => {
  const { client, spans } = await inInvocation(() => startServer(generation, { options }));
  traces.clear();
  await inInvocation(() => callTool(generation, client, 'weather', { city: 'Ulm' }));
  const all = [...(await spans()), ...traces.spans()];
  const [trace] = buildTraces(all).filter(({ spans: members }) => members.some(({ name }) => name === 'invocation'));
  const attributes = {
    'network.transport': 'pipe',
    'network.protocol.name': undefined,
    'mcp.protocol.version': version,
  };
  expectTrace(trace!).toMatchTree({
    name: 'invocation',
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

test('a request of the server is in the trace of the current call, not of the invocation that connected', async () => {
  const { client, spans } = await inInvocation(() => startServer('1.x'));
  client.setRequestHandler(ListRootsRequestSchema, async () => ({
    roots: [{ uri: 'file:///', name: await new Forecast().of('roots') }],
  }));
  traces.clear();
  await inInvocation(() => callTool('1.x', client, 'elicits'));
  const all = [...(await spans()), ...traces.spans()];
  const [trace] = buildTraces(all).filter(({ spans: members }) => members.some(({ name }) => name === 'invocation'));
  expectTrace(trace!).toMatchTree(`
    invocation
      tools/call elicits
        tools/call elicits
          roots/list
            roots/list
              Forecast.of
  `);
});

test('a request of an untraced server after the invocation that connected starts a trace', async () => {
  const { client, spans } = await inInvocation(() => startServer('1.x', { tracing: 'untraced' }));
  client.setRequestHandler(ListRootsRequestSchema, () => ({ roots: [] }));
  traces.clear();
  await inInvocation(() => callTool('1.x', client, 'elicits'));
  expect(await spans()).toEqual([]);
  expect(traces.traces().map(({ roots }) => roots.map(({ span }) => span.name))).toEqual([
    ['roots/list'],
    ['invocation'],
  ]);
  expect(spansOf(traces, 'roots/list')[0]!.links).toEqual([]);
});
