import { recordTraces } from 'fc-traced/testing';
import { connectPair, inInvocation } from './traced-pair';
import { callTool, GENERATIONS } from './weather';

const traces = recordTraces();
afterEach(() => traces.clear());
afterAll(() => traces.stop());

/** The names of the server's spans, and the tools in their attributes. */
function serverSpans(): [name: string, tool: unknown][] {
  return traces
    .spans()
    .filter(({ kind }) => kind === 'server')
    .map(({ name, attributes }): [string, unknown] => [name, attributes['gen_ai.tool.name']])
    .filter(([name]) => name !== 'invocation');
}

describe.each(GENERATIONS)('%s', (generation) => {
  test('tools that a caller invents do not become names of spans, those that exist do', async () => {
    const { client, close } = await connectPair(generation);
    traces.clear();
    for (const tool of ['invented-1', 'invented-2', 'x'.repeat(100_000), 'broken']) {
      await inInvocation(() => callTool(generation, client, tool).catch(() => undefined));
    }
    expect(serverSpans()).toEqual([
      ['tools/call', 'invented-1'],
      ['tools/call', 'invented-2'],
      ['tools/call', `${'x'.repeat(128)}…`],
      ['tools/call broken', 'broken'],
    ]);
    await close();
  });

  test('prompts that a caller invents do not become names of spans', async () => {
    const { client, close } = await connectPair(generation);
    traces.clear();
    await inInvocation(() => client.getPrompt({ name: 'invented' }).catch(() => undefined));
    expect(serverSpans()).toEqual([['prompts/get', undefined]]);
    await close();
  });
});
