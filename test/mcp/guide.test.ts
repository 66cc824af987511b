import type { FcFunction } from 'fc-traced';
import { traceMcpServer } from 'fc-traced/mcp';
import { invoke, recordTraces } from 'fc-traced/testing';
import type { Trace, TraceRecorder } from 'fc-traced/testing';
import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { renderTrace } from '../../src/testing/trace-tree';
import { runExample } from '../package/compiled-example';
import { root } from '../package/fresh-process';
import { codeBlocks, firstColumn, readDocument } from '../package/markdown';
import { connected, ended, inInvocation } from './asking';
import { callTool, GENERATIONS, weatherServer } from './weather';

const guide = readDocument(root, 'docs/mcp.md');
const blocks = codeBlocks(guide);
const [second, first] = blocks.filter(({ language }) => language === '').map(({ text }) => text) as [string, string];

/** Runs the example that holds a text, as its compiler would have made it; what is replaced in it must be there. */
function example<T>(holding: string, replaced: Readonly<Record<string, string>> = {}): T {
  let { text } = blocks.find((block) => block.language === 'ts' && block.text.includes(holding))!;
  for (const [there, here] of Object.entries(replaced)) {
    expect(text).toContain(there);
    text = text.replace(there, here);
  }
  return runExample<T>(text, (wanted) => require(wanted) as unknown);
}

function drawn(trace: Trace): string {
  return renderTrace(trace, {
    note: ({ name, kind }) => (kind === 'internal' || name === 'assistant' ? '' : kind),
    attributes: ['mcp.method.name', 'error.type'],
  });
}

/** Has the function of the guide ask, and gives the one trace that is its own. */
async function asked(
  handler: FcFunction,
  event: unknown,
  traces: TraceRecorder,
): Promise<{ answer: unknown; trace: Trace }> {
  const answer = await invoke(handler, event);
  await ended(traces, 'assistant');
  return { answer, trace: traces.traces().find(({ spans }) => spans.some(({ name }) => name === 'assistant'))! };
}

test('the two functions of the second generation make the trace that is drawn', async () => {
  const { running } = example<{ running: Promise<{ port: number; close(): Promise<void> }> }>('serve(Weather)', {
    'serve(Weather)': "serve(Weather, { port: 0, host: '127.0.0.1' })",
  });
  const { port, close } = await running;
  const { handler } = example<{ handler: FcFunction }>('StreamableHTTPClientTransport(url', {
    'https://weather.example': `http://127.0.0.1:${port}`,
  });
  const traces = recordTraces();
  const { answer, trace } = await asked(handler, { city: 'Ulm' }, traces);
  expect(answer).toEqual([{ type: 'text', text: 'sunny in Ulm' }]);
  expect(drawn(trace)).toBe(second);
  traces.stop();
  await close();
});

test('those of the first make the trace that is drawn', async () => {
  const { server } = example<{ server: Server }>('onsessioninitialized', { 'listen(9000)': "listen(0, '127.0.0.1')" });
  await once(server, 'listening');
  const { handler } = example<{ handler: FcFunction }>('weather.example:9000', {
    'weather.example:9000': `127.0.0.1:${(server.address() as AddressInfo).port}`,
  });
  const traces = recordTraces();
  const { answer, trace } = await asked(handler, {}, traces);
  expect(answer).toBe(true);
  expect(drawn(trace)).toBe(first);
  traces.stop();
  server.close();
  server.closeAllConnections();
});

test('the test of the guide passes', async () => {
  await example<{ run(): Promise<void> }>('expectTrace').run();
});

test('every attribute that a span has is in the table', async () => {
  const traces = recordTraces();
  for (const generation of GENERATIONS) {
    const { client, close } = await connected(generation, { trace: { toolArguments: true, toolResults: true } });
    await inInvocation(async () => {
      await Promise.all([
        callTool(generation, client, 'broken'),
        callTool(generation, client, 'logs'),
        client.getPrompt({ name: 'packing', arguments: { city: 'Ulm' } }),
        client.readResource({ uri: 'weather://today?token=4711' }),
      ]);
      await client.readResource({ uri: 'weather://nowhere' }).catch(() => {});
    });
    await close();
  }
  const named = firstColumn(guide, 'Attributes', 'attribute');
  const found = new Set(
    traces
      .spans()
      .filter(({ attributes }) => 'mcp.method.name' in attributes)
      .flatMap(({ attributes }) => Object.keys(attributes)),
  );
  expect([...found].filter((key) => !named.includes(key))).toEqual([]);
  expect(found.size).toBeGreaterThanOrEqual(11);
  traces.stop();
});

test('the table of options has each of them', () => {
  const unknown = (): unknown => traceMcpServer(weatherServer('2.x'), { noSuchOption: true } as object);
  expect(unknown).toThrow(new RegExp(`Its options are ${firstColumn(guide, 'Options', 'option').join(', ')}\\.`));
});
