import { currentSpan } from 'fc-traced';
import { traceMcpClient, traceMcpServer } from 'fc-traced/mcp';
import { expectTrace, recordTraces } from 'fc-traced/testing';
import { connectPair, inInvocation, spansOf, waitForSpans } from './traced-pair';
import { perRequest, streamable } from './transports';
import { callTool, Forecast, GENERATIONS, weatherClient, weatherServer } from './weather';

const traces = recordTraces();
afterEach(() => traces.clear());
afterAll(() => traces.stop());

describe.each(GENERATIONS)('%s', (generation) => {
  test('progress handlers are called as without tracing, within the span of the call, and have no spans', async () => {
    const { client, close } = await connectPair(generation);
    traces.clear();
    const received: unknown[] = [];
    const active: string[] = [];
    const onprogress = (progress: unknown): void => {
      received.push(progress);
      active.push(currentSpan().spanContext().spanId);
    };
    await inInvocation(() => callTool(generation, client, 'steps', {}, { onprogress }));
    expect(received).toEqual([1, 2, 3].map((progress) => ({ progress, total: 3 })));
    expectTrace(traces.only()).toMatchTree(`
      invocation
        tools/call steps
          tools/call steps
    `);
    expect(active).toEqual(Array.from({ length: 3 }, () => spansOf(traces, 'tools/call steps', 'client')[0]!.spanId));
    await close();
  });

  test('spans in a progress handler are in the trace of its call, also with several calls', async () => {
    const make = (): ReturnType<typeof weatherServer> => traceMcpServer(weatherServer(generation));
    const connection = await (generation === '1.x' ? streamable(generation, make) : perRequest(make));
    const client = traceMcpClient(
      weatherClient(generation, generation === '2.x' ? { versionNegotiation: { mode: 'auto' } } : {}),
    );
    await client.connect(connection.transport());
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
    await waitForSpans(traces, 'Forecast.of', 9);
    const cities = traces
      .traces()
      .map(({ spans }) => spans.filter(({ name }) => name === 'Forecast.of').map(({ attributes }) => attributes.city));
    expect(cities.map((list) => list.join()).sort()).toEqual(['a1,a2,a3', 'b1,b2,b3', 'c1,c2,c3']);
    await client.close();
    await connection.close();
  });
});
