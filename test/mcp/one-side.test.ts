import { currentSpan } from 'fc-traced';
import { traceMcpServer } from 'fc-traced/mcp';
import { traceListener } from 'fc-traced/server';
import { expectTrace, fakeFcContext, recordTraces } from 'fc-traced/testing';
import { connected, ended, inInvocation, spansOf } from './asking';
import { streamable } from './links';
import { callTool, GENERATIONS, weatherClient, weatherServer } from './weather';

const traces = recordTraces();
afterEach(() => traces.clear());
afterAll(() => traces.stop());

describe.each(GENERATIONS)('%s', (generation) => {
  test('a traced client asks a server that knows nothing of tracing', async () => {
    const { client, close } = await connected(generation, { tracesServer: false });
    traces.clear();
    const answer = await inInvocation(() => callTool(generation, client, 'broken'));
    expect(answer.isError).toBe(true);
    expectTrace(traces.only()).toMatchTree({
      name: 'ask',
      children: [{ name: 'tools/call broken', kind: 'client', status: 'ERROR' }],
    });
    await close();
  });

  test('a traced server is asked by a client that knows nothing of tracing: its call is in the trace of the HTTP request', async () => {
    const link = await streamable(generation, () => traceMcpServer(weatherServer(generation)), {
      around: (listener) => traceListener(listener, { name: 'http' }),
    });
    const client = weatherClient(generation);
    await client.connect(link.transport());
    await ended(traces, 'http', 1);
    traces.clear();
    await callTool(generation, client, 'weather', { city: 'Ulm' });
    await ended(traces, 'http');
    const call = traces.traces().find(({ spans }) => spans.some(({ name }) => name === 'tools/call weather'));
    expectTrace(call!).toMatchTree({
      name: 'http',
      children: [{ name: 'tools/call weather', kind: 'server', links: 0, children: [{ name: 'Forecast.of' }] }],
    });
    await client.close();
    await link.close();
  });

  test('the headers of an HTTP request name the parent where _meta does not, also without any invocation', async () => {
    const link = await streamable(generation, () => traceMcpServer(weatherServer(generation)), { passes: true });
    const client = weatherClient(generation);
    await client.connect(link.transport());
    traces.clear();
    await inInvocation(() => callTool(generation, client, 'weather', { city: 'Ulm' }));
    await ended(traces, 'tools/call weather');
    expectTrace(traces.only()).toMatchTree(`
      ask
        tools/call weather
          Forecast.of
    `);
    await client.close();
    await link.close();
  });

  test('outside of any invocation, a call is a trace of its own', async () => {
    const { client, close } = await connected(generation);
    traces.clear();
    await callTool(generation, client, 'weather', { city: 'Ulm' });
    expectTrace(traces.only()).toMatchTree(`
      tools/call weather
        tools/call weather
          Forecast.of
    `);
    await close();
  });

  test('an invocation that is not recorded makes no span, and says so to the server', async () => {
    const { client, close } = await connected(generation);
    traces.clear();
    const unsampled = fakeFcContext({
      tracing: {
        openTracingSpanContext: 'aaaaaaaaaaaaaaaa:bbbbbbbbbbbbbbbb:0:0',
        openTracingSpanBaggages: { tenant: 'acme' },
      },
    });
    const answer = await inInvocation(() => callTool(generation, client, 'meta'), unsampled);
    expect(JSON.parse(answer.content[0].text)).toEqual({
      traceparent: expect.stringMatching(/^00-0{16}aaaaaaaaaaaaaaaa-[0-9a-f]{16}-00$/) as string,
      baggage: 'tenant=acme',
    });
    expect(traces.spans()).toEqual([]);
    await close();
  });

  test('a server obeys the flag of a caller that did not sample, and passes it on', async () => {
    const { client, close } = await connected(generation, { tracesClient: false });
    const seen: unknown[] = [];
    client.setRequestHandler(
      generation === '1.x' ? (await import('@modelcontextprotocol/sdk/types.js')).ListRootsRequestSchema : 'roots/list',
      (request) => {
        seen.push(request.params?._meta?.traceparent);
        currentSpan();
        return { roots: [] };
      },
    );
    traces.clear();
    await callTool(
      generation,
      client,
      'roots',
      {},
      { _meta: { traceparent: '00-aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa-bbbbbbbbbbbbbbbb-00' } },
    );
    expect(seen).toEqual([expect.stringMatching(/^00-a{32}-[0-9a-f]{16}-00$/)]);
    expect(traces.spans()).toEqual([]);
    await close();
  });

  test('a server obeys the flag of a caller that did', async () => {
    const { client, close } = await connected(generation, { tracesClient: false });
    traces.clear();
    await callTool(
      generation,
      client,
      'weather',
      { city: 'Ulm' },
      { _meta: { traceparent: '00-aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa-bbbbbbbbbbbbbbbb-01' } },
    );
    expect(spansOf(traces, 'tools/call weather')).toMatchObject([
      { kind: 'server', traceId: 'a'.repeat(32), parentSpanId: 'b'.repeat(16), links: [] },
    ]);
    await close();
  });
});
