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
import { connectPair, inInvocation, waitForSpans } from './traced-pair';
import { callTool, GENERATIONS, weatherServer } from './weather';

const guide = readDocument(root, 'docs/mcp.md');
const blocks = codeBlocks(guide);
const [treeOf2, treeOf1] = blocks.filter(({ language }) => language === '').map(({ text }) => text) as [string, string];

/** Compiles and runs the example that contains `part`, with replacements of strings that it must contain. */
function example<T>(part: string, replacements: Readonly<Record<string, string>> = {}): T {
  let { text } = blocks.find((block) => block.language === 'ts' && block.text.includes(part))!;
  for (const [original, replacement] of Object.entries(replacements)) {
    expect(text).toContain(original);
    text = text.replace(original, replacement);
  }
  return runExample<T>(text, (wanted) => require(wanted) as unknown);
}

function render(trace: Trace): string {
  return renderTrace(trace, {
    note: ({ name, kind }) => (kind === 'internal' || name === 'assistant' ? '' : kind),
    attributes: ['mcp.method.name', 'error.type'],
  });
}

/** Invokes the function of the guide. Returns its answer and its trace. */
async function run(
  handler: FcFunction,
  event: unknown,
  traces: TraceRecorder,
): Promise<{ answer: unknown; trace: Trace }> {
  const answer = await invoke(handler, event);
  await waitForSpans(traces, 'assistant');
  return { answer, trace: traces.traces().find(({ spans }) => spans.some(({ name }) => name === 'assistant'))! };
}

test('the functions with 2.x create the trace that the guide shows', async () => {
  const { running } = example<{ running: Promise<{ port: number; close(): Promise<void> }> }>('serve(Weather)', {
    'serve(Weather)': "serve(Weather, { port: 0, host: '127.0.0.1' })",
  });
  const { port, close } = await running;
  const { handler } = example<{ handler: FcFunction }>('StreamableHTTPClientTransport(url', {
    'https://weather.example': `http://127.0.0.1:${port}`,
  });
  const traces = recordTraces();
  const { answer, trace } = await run(handler, { city: 'Ulm' }, traces);
  expect(answer).toEqual([{ type: 'text', text: 'sunny in Ulm' }]);
  expect(render(trace)).toBe(treeOf2);
  traces.stop();
  await close();
});

test('the functions with 1.x create the trace that the guide shows', async () => {
  const { server } = example<{ server: Server }>('onsessioninitialized', { 'listen(9000)': "listen(0, '127.0.0.1')" });
  await once(server, 'listening');
  const { handler } = example<{ handler: FcFunction }>('weather.example:9000', {
    'weather.example:9000': `127.0.0.1:${(server.address() as AddressInfo).port}`,
  });
  const traces = recordTraces();
  const { answer, trace } = await run(handler, {}, traces);
  expect(answer).toBe(true);
  expect(render(trace)).toBe(treeOf1);
  traces.stop();
  server.close();
  server.closeAllConnections();
});

test('the example of a test passes', async () => {
  await example<{ run(): Promise<void> }>('expectTrace').run();
});

test('the table of attributes contains every attribute of a span', async () => {
  const traces = recordTraces();
  for (const generation of GENERATIONS) {
    const { client, close } = await connectPair(generation, { trace: { toolArguments: true, toolResults: true } });
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

test('the table of options contains every option', () => {
  const unknown = (): unknown => traceMcpServer(weatherServer('2.x'), { noSuchOption: true } as object);
  expect(unknown).toThrow(new RegExp(`Its options are ${firstColumn(guide, 'Options', 'option').join(', ')}\\.`));
});
