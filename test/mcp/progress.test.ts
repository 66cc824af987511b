import { currentSpan } from 'fc-traced';
import { traceMcpClient, traceMcpServer } from 'fc-traced/mcp';
import { expectTrace, recordTraces } from 'fc-traced/testing';
import { connected, ended, inInvocation, spansOf } from './asking';
import { perRequest, streamable } from './links';
import { callTool, Forecast, GENERATIONS, weatherClient, weatherServer } from './weather';

const traces = recordTraces();
afterEach(() => traces.clear());
afterAll(() => traces.stop());

describe.each(GENERATIONS)('%s', (generation) => {
  test('progress is heard as ever, in the span of the call, and makes no spans', async () => {
    const { client, close } = await connected(generation);
    traces.clear();
    const heard: unknown[] = [];
    const active: string[] = [];
    const onprogress = (progress: unknown): void => {
      heard.push(progress);
      active.push(currentSpan().spanContext().spanId);
    };
    await inInvocation(() => callTool(generation, client, 'steps', {}, { onprogress }));
    expect(heard).toEqual([1, 2, 3].map((progress) => ({ progress, total: 3 })));
    expectTrace(traces.only()).toMatchTree(`
      ask
        tools/call steps
          tools/call steps
    `);
    expect(active).toEqual(Array.from({ length: 3 }, () => spansOf(traces, 'tools/call steps', 'client')[0]!.spanId));
    await close();
  });

  test('what hears of progress is below its own call, with several on one connection', async () => {
    const make = (): ReturnType<typeof weatherServer> => traceMcpServer(weatherServer(generation));
    const link = await (generation === '1.x' ? streamable(generation, make) : perRequest(make));
    const client = traceMcpClient(
      weatherClient(generation, generation === '2.x' ? { versionNegotiation: { mode: 'auto' } } : {}),
    );
    await client.connect(link.transport());
    traces.clear();
    const work: Promise<unknown>[] = [];
    await Promise.all(
      ['a', 'b', 'c'].map((name) =>
        inInvocation(async () => {
          await callTool(
            generation,
            client,
            'steps',
            {},
            { onprogress: ({ progress }) => void work.push(new Forecast().of(`${name}${progress}`)) },
          );
          await Promise.all(work);
        }),
      ),
    );
    await ended(traces, 'Forecast.of', 9);
    const cities = traces
      .traces()
      .map(({ spans }) => spans.filter(({ name }) => name === 'Forecast.of').map(({ attributes }) => attributes.city));
    expect(cities.map((list) => list.join()).sort()).toEqual(['a1,a2,a3', 'b1,b2,b3', 'c1,c2,c3']);
    await client.close();
    await link.close();
  });
});
