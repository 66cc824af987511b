import { createHandler, Handler } from 'fc-traced';
import { traceMcpClient } from 'fc-traced/mcp';
import { invoke, recordTraces } from 'fc-traced/testing';
import { inMemory } from './transports';
import { callTool, GENERATIONS, weatherClient, weatherServer } from './weather';

const traces = recordTraces();
afterEach(() => traces.clear());
afterAll(() => traces.stop());

describe.each(GENERATIONS)('%s', (generation) => {
  test.each([
    [0, ['tools/call meta client', 'main server']],
    [60_000, []],
  ])('a trace that is kept if it takes longer than %d ms has the spans of tool calls: %j', async (millis, names) => {
    const connection = await inMemory(generation, () => weatherServer(generation));
    const client = traceMcpClient(weatherClient(generation));
    await client.connect(connection.transport());
    // What connecting recorded, outside of an invocation.
    traces.clear();
    let answer: { content: { text: string }[] };
    @Handler({ name: 'main', sampleRatio: 0, keep: { slowerThanMillis: millis } })
    class Main {
      async handle(): Promise<void> {
        answer = await callTool(generation, client, 'meta', {});
      }
    }
    await invoke(createHandler(Main).handler);
    await connection.close();
    expect(JSON.parse(answer!.content[0]!.text)).toMatchObject({ traceparent: expect.stringMatching(/-02$/) });
    expect(traces.spans().map(({ name, kind }) => `${name} ${kind}`)).toEqual(names);
  });
});
