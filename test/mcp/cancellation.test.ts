import { traceMcpClient, traceMcpServer } from 'fc-traced/mcp';
import { expectTrace, recordTraces } from 'fc-traced/testing';
import { setTimeout as sleep } from 'node:timers/promises';
import { connectPair, inInvocation, spansOf, waitForSpans } from './traced-pair';
import { perRequest, streamable } from './transports';
import { callTool, GENERATIONS, toolEvents, weatherClient, weatherServer } from './weather';

const traces = recordTraces();
beforeEach(() => void toolEvents.splice(0));
afterEach(() => traces.clear());
afterAll(() => traces.stop());

/** Calls a tool and cancels the call while the tool runs. Returns the error that the caller gets. */
async function cancelCall(
  generation: (typeof GENERATIONS)[number],
  client: Parameters<typeof callTool>[1],
  name: string,
): Promise<unknown> {
  return inInvocation(async () => {
    const abort = new AbortController();
    const call = callTool(generation, client, name, {}, { signal: abort.signal }).catch((error: unknown) => error);
    for (let turn = 0; turn < 200 && toolEvents.length === 0; turn += 1) await sleep(5);
    abort.abort(new Error('not needed any more'));
    return call;
  });
}

describe.each(GENERATIONS)('%s', (generation) => {
  test('a cancelled call is not an error on either side', async () => {
    const { client, close } = await connectPair(generation);
    traces.clear();
    const error = await cancelCall(generation, client, 'slow');
    expect((error as Error).message).toContain('not needed any more');
    await waitForSpans(traces, 'tools/call slow', 2);
    const call = {
      name: 'tools/call slow',
      status: 'UNSET',
      events: ['fc_traced.cancelled'],
      attributes: { 'error.type': undefined },
    } as const;
    expectTrace(traces.only()).toMatchTree({
      name: 'invocation',
      children: [{ ...call, kind: 'client', children: [{ ...call, kind: 'server' }] }],
    });
    await close();
  });

  test('the span of a tool that ignores cancellation ends when the tool is done', async () => {
    const connection = await streamable(generation, () => traceMcpServer(weatherServer(generation)));
    const client = traceMcpClient(weatherClient(generation));
    await client.connect(connection.transport());
    traces.clear();
    await cancelCall(generation, client, 'uncancellable');
    await waitForSpans(traces, 'tools/call uncancellable', 2);
    expect(toolEvents).toEqual(['waiting', 'done']);
    const [server, caller] = [
      spansOf(traces, 'tools/call uncancellable', 'server')[0]!,
      spansOf(traces, 'tools/call uncancellable', 'client')[0]!,
    ];
    expect(server.endNanos).toBeGreaterThan(caller.endNanos);
    expect(server.endNanos - server.startNanos).toBeGreaterThan(50_000_000n);
    expect(server.events.map(({ name }) => name)).toEqual(['fc_traced.cancelled']);
    await client.close();
    await connection.close();
  });

  test('a call that times out is an error of type timeout', async () => {
    const { client, close } = await connectPair(generation);
    traces.clear();
    const error = await inInvocation(() =>
      callTool(generation, client, 'slow', {}, { timeout: 30 }).catch((caught: unknown) => caught),
    );
    expect((error as Error).message).toContain('Request timed out');
    await waitForSpans(traces, 'tools/call slow', 2);
    expectTrace(traces.only()).toMatchTree({
      name: 'invocation',
      children: [
        {
          name: 'tools/call slow',
          kind: 'client',
          status: 'ERROR',
          attributes: { 'error.type': 'timeout' },
          events: ['exception'],
          children: [{ name: 'tools/call slow', kind: 'server', events: ['fc_traced.cancelled'] }],
        },
      ],
    });
    await close();
  });

  test('a call with AbortSignal.timeout is an error of type timeout', async () => {
    const { client, close } = await connectPair(generation);
    traces.clear();
    await inInvocation(() =>
      callTool(generation, client, 'slow', {}, { signal: AbortSignal.timeout(30) }).catch(() => {}),
    );
    await waitForSpans(traces, 'tools/call slow', 2);
    expectTrace(traces.only()).toMatchTree({
      name: 'invocation',
      children: [
        {
          name: 'tools/call slow',
          kind: 'client',
          status: 'ERROR',
          attributes: { 'error.type': 'timeout' },
          events: ['exception'],
          children: [{ name: 'tools/call slow', kind: 'server', events: ['fc_traced.cancelled'] }],
        },
      ],
    });
    await close();
  });

  test('a closed connection fails its calls', async () => {
    const { client, close } = await connectPair(generation);
    traces.clear();
    const error = await inInvocation(async () => {
      const call = callTool(generation, client, 'slow').catch((caught: unknown) => caught);
      for (let turn = 0; turn < 200 && toolEvents.length === 0; turn += 1) await sleep(5);
      await client.close();
      return call;
    });
    expect((error as Error).message).toContain('Connection closed');
    await waitForSpans(traces, 'tools/call slow', 2);
    expectTrace(traces.only()).toMatchTree({
      name: 'invocation',
      children: [
        {
          name: 'tools/call slow',
          kind: 'client',
          status: 'ERROR',
          children: [{ name: 'tools/call slow', kind: 'server', events: ['fc_traced.cancelled'] }],
        },
      ],
    });
    await close();
  });

  test('a cancelled call over HTTP is not an error', async () => {
    const make = (): ReturnType<typeof weatherServer> => traceMcpServer(weatherServer(generation));
    // Since protocol version 2026-07-28 a client cancels by closing the stream of the response.
    const connection = await (generation === '1.x' ? streamable(generation, make) : perRequest(make));
    const client = traceMcpClient(
      weatherClient(generation, generation === '2.x' ? { versionNegotiation: { mode: 'auto' } } : {}),
    );
    await client.connect(connection.transport());
    traces.clear();
    await cancelCall(generation, client, 'slow');
    await waitForSpans(traces, 'tools/call slow', 2);
    const call = { name: 'tools/call slow', events: ['fc_traced.cancelled'] };
    expectTrace(traces.only()).toMatchTree({
      name: 'invocation',
      children: [{ ...call, kind: 'client', children: [{ ...call, kind: 'server' }] }],
    });
    await client.close();
    await connection.close();
  });
});
