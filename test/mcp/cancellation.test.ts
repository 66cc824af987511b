import { traceMcpClient, traceMcpServer } from 'fc-traced/mcp';
import { expectTrace, recordTraces } from 'fc-traced/testing';
import { setTimeout as sleep } from 'node:timers/promises';
import { connected, ended, inInvocation, spansOf } from './asking';
import { perRequest, streamable } from './links';
import { callTool, GENERATIONS, happened, weatherClient, weatherServer } from './weather';

const traces = recordTraces();
beforeEach(() => void happened.splice(0));
afterEach(() => traces.clear());
afterAll(() => traces.stop());

/** Calls a tool and calls it off when the tool is at work; gives what the caller caught. */
async function calledOff(
  generation: (typeof GENERATIONS)[number],
  client: Parameters<typeof callTool>[1],
  name: string,
): Promise<unknown> {
  return inInvocation(async () => {
    const abort = new AbortController();
    const call = callTool(generation, client, name, {}, { signal: abort.signal }).catch((error: unknown) => error);
    for (let turn = 0; turn < 200 && happened.length === 0; turn += 1) await sleep(5);
    abort.abort(new Error('changed my mind'));
    return call;
  });
}

describe.each(GENERATIONS)('%s', (generation) => {
  test('a call that is called off is no error, on neither side', async () => {
    const { client, close } = await connected(generation);
    traces.clear();
    const error = await calledOff(generation, client, 'patient');
    expect((error as Error).message).toContain('changed my mind');
    await ended(traces, 'tools/call patient', 2);
    const call = {
      name: 'tools/call patient',
      status: 'UNSET',
      events: ['fc_traced.cancelled'],
      attributes: { 'error.type': undefined },
    } as const;
    expectTrace(traces.only()).toMatchTree({
      name: 'ask',
      children: [{ ...call, kind: 'client', children: [{ ...call, kind: 'server' }] }],
    });
    await close();
  });

  test('the span of a tool that does not listen ends with its work, and not before', async () => {
    const link = await streamable(generation, () => traceMcpServer(weatherServer(generation)));
    const client = traceMcpClient(weatherClient(generation));
    await client.connect(link.transport());
    traces.clear();
    await calledOff(generation, client, 'deaf');
    await ended(traces, 'tools/call deaf', 2);
    expect(happened).toEqual(['waiting', 'done']);
    const [server, caller] = [
      spansOf(traces, 'tools/call deaf', 'server')[0]!,
      spansOf(traces, 'tools/call deaf', 'client')[0]!,
    ];
    expect(server.endNanos).toBeGreaterThan(caller.endNanos);
    expect(server.endNanos - server.startNanos).toBeGreaterThan(50_000_000n);
    expect(server.events.map(({ name }) => name)).toEqual(['fc_traced.cancelled']);
    await client.close();
    await link.close();
  });

  test('a call that nobody answers in time is an error of type timeout', async () => {
    const { client, close } = await connected(generation);
    traces.clear();
    const error = await inInvocation(() =>
      callTool(generation, client, 'patient', {}, { timeout: 30 }).catch((caught: unknown) => caught),
    );
    expect((error as Error).message).toContain('Request timed out');
    await ended(traces, 'tools/call patient', 2);
    expectTrace(traces.only()).toMatchTree({
      name: 'ask',
      children: [
        {
          name: 'tools/call patient',
          kind: 'client',
          status: 'ERROR',
          attributes: { 'error.type': 'timeout' },
          events: ['exception'],
          children: [{ name: 'tools/call patient', kind: 'server', events: ['fc_traced.cancelled'] }],
        },
      ],
    });
    await close();
  });

  test('so is one that the program gives a time by a signal', async () => {
    const { client, close } = await connected(generation);
    traces.clear();
    await inInvocation(() =>
      callTool(generation, client, 'patient', {}, { signal: AbortSignal.timeout(30) }).catch(() => {}),
    );
    await ended(traces, 'tools/call patient', 2);
    expectTrace(traces.only()).toMatchTree({
      name: 'ask',
      children: [
        {
          name: 'tools/call patient',
          kind: 'client',
          status: 'ERROR',
          attributes: { 'error.type': 'timeout' },
          events: ['exception'],
          children: [{ name: 'tools/call patient', kind: 'server', events: ['fc_traced.cancelled'] }],
        },
      ],
    });
    await close();
  });

  test('a connection that closes fails the calls on it', async () => {
    const { client, close } = await connected(generation);
    traces.clear();
    const error = await inInvocation(async () => {
      const call = callTool(generation, client, 'patient').catch((caught: unknown) => caught);
      for (let turn = 0; turn < 200 && happened.length === 0; turn += 1) await sleep(5);
      await client.close();
      return call;
    });
    expect((error as Error).message).toContain('Connection closed');
    await ended(traces, 'tools/call patient', 2);
    expectTrace(traces.only()).toMatchTree({
      name: 'ask',
      children: [
        {
          name: 'tools/call patient',
          kind: 'client',
          status: 'ERROR',
          children: [{ name: 'tools/call patient', kind: 'server', events: ['fc_traced.cancelled'] }],
        },
      ],
    });
    await close();
  });

  test('over HTTP, too, a call that is called off is no error', async () => {
    const make = (): ReturnType<typeof weatherServer> => traceMcpServer(weatherServer(generation));
    // In the protocol of 2026 the client calls off by closing the stream of the answer.
    const link = await (generation === '1.x' ? streamable(generation, make) : perRequest(make));
    const client = traceMcpClient(
      weatherClient(generation, generation === '2.x' ? { versionNegotiation: { mode: 'auto' } } : {}),
    );
    await client.connect(link.transport());
    traces.clear();
    await calledOff(generation, client, 'patient');
    await ended(traces, 'tools/call patient', 2);
    const call = { name: 'tools/call patient', events: ['fc_traced.cancelled'] };
    expectTrace(traces.only()).toMatchTree({
      name: 'ask',
      children: [{ ...call, kind: 'client', children: [{ ...call, kind: 'server' }] }],
    });
    await client.close();
    await link.close();
  });
});
