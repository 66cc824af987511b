import { currentSpan } from 'fc-traced';
import { traceMcpServer } from 'fc-traced/mcp';
import { traceListener } from 'fc-traced/server';
import { expectTrace, fakeFcContext, recordTraces } from 'fc-traced/testing';
import { connectPair, inInvocation, spansOf, waitForSpans } from './traced-pair';
import { streamable } from './transports';
import { callTool, GENERATIONS, weatherClient, weatherServer } from './weather';

const traces = recordTraces();
afterEach(() => traces.clear());
afterAll(() => traces.stop());

describe.each(GENERATIONS)('%s', (generation) => {
  test('a traced client calls an untraced server', async () => {
    const { client, close } = await connectPair(generation, { tracesServer: false });
    traces.clear();
    const answer = await inInvocation(() => callTool(generation, client, 'broken'));
    expect(answer.isError).toBe(true);
    expectTrace(traces.only()).toMatchTree({
      name: 'invocation',
      children: [{ name: 'tools/call broken', kind: 'client', status: 'ERROR' }],
    });
    await close();
  });

  test('if an untraced client calls a traced server, the call is in the trace of the HTTP request', async () => {
    const connection = await streamable(generation, () => traceMcpServer(weatherServer(generation)), {
      wrap: (listener) => traceListener(listener, { name: 'http' }),
    });
    const client = weatherClient(generation);
    await client.connect(connection.transport());
    await waitForSpans(traces, 'http', 1);
    traces.clear();
    await callTool(generation, client, 'weather', { city: 'Ulm' });
    await waitForSpans(traces, 'http');
    const call = traces.traces().find(({ spans }) => spans.some(({ name }) => name === 'tools/call weather'));
    expectTrace(call!).toMatchTree({
      name: 'http',
      children: [{ name: 'tools/call weather', kind: 'server', links: 0, children: [{ name: 'Forecast.of' }] }],
    });
    await client.close();
    await connection.close();
  });

  test('without trace context in _meta the parent is in the HTTP headers, also outside of any invocation', async () => {
    const connection = await streamable(generation, () => traceMcpServer(weatherServer(generation)), {
      propagates: true,
    });
    const client = weatherClient(generation);
    await client.connect(connection.transport());
    traces.clear();
    await inInvocation(() => callTool(generation, client, 'weather', { city: 'Ulm' }));
    await waitForSpans(traces, 'tools/call weather');
    expectTrace(traces.only()).toMatchTree(`
      invocation
        tools/call weather
          Forecast.of
    `);
    await client.close();
    await connection.close();
  });

  test('outside of any invocation, a call starts a trace', async () => {
    const { client, close } = await connectPair(generation);
    traces.clear();
    await callTool(generation, client, 'weather', { city: 'Ulm' });
    expectTrace(traces.only()).toMatchTree(`
      tools/call weather
        tools/call weather
          Forecast.of
    `);
    await close();
  });

  test('an invocation that is not recorded has no spans, and propagates that to the server', async () => {
    const { client, close } = await connectPair(generation);
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

  test('a server follows and propagates the flag of a caller that did not sample', async () => {
    const { client, close } = await connectPair(generation, { tracesClient: false });
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

  test('a server follows the flag of a caller that sampled', async () => {
    const { client, close } = await connectPair(generation, { tracesClient: false });
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
