/* oxlint-disable typescript/no-unnecessary-type-assertion -- both generations in one union: the compiler needs the assertions, the linter's own does not see why */
import { Traced } from 'fc-traced';
import { traceMcpClient, traceMcpServer } from 'fc-traced/mcp';
import { expectTrace, recordTraces } from 'fc-traced/testing';
import { z } from 'zod';
import { connected, inInvocation, spansOf } from './asking';
import { inMemory } from './links';
import { callTool, GENERATIONS, weatherClient, weatherServer } from './weather';

const traces = recordTraces();
afterEach(() => traces.clear());
afterAll(() => traces.stop());

const failed = (attributes: object): object => ({ status: 'ERROR', attributes });

describe.each(GENERATIONS)('%s', (generation) => {
  test('a tool that throws fails both spans, and its error is on the span of the server', async () => {
    const { client, close } = await connected(generation);
    traces.clear();
    const answer = await inInvocation(() => callTool(generation, client, 'broken'));
    expect(answer).toEqual({ content: [{ type: 'text', text: 'no such city' }], isError: true });
    const tool = failed({ 'error.type': 'tool_error', 'rpc.response.status_code': undefined });
    expectTrace(traces.only()).toMatchTree({
      name: 'ask',
      children: [
        {
          name: 'tools/call broken',
          kind: 'client',
          ...tool,
          events: [],
          children: [{ name: 'tools/call broken', kind: 'server', ...tool, events: ['exception'] }],
        },
      ],
    });
    const [server] = spansOf(traces, 'tools/call broken', 'server');
    expect(server!.status.message).toBe('no such city');
    expect(server!.events[0]!.attributes).toMatchObject({
      'exception.type': 'RangeError',
      'exception.message': 'no such city',
    });
    expect(server!.events[0]!.attributes['exception.stacktrace']).toContain('weather.ts');
    await close();
  });

  test('a tool that answers with isError fails both spans, and nothing of its answer is in the trace', async () => {
    const { client, close } = await connected(generation);
    traces.clear();
    const answer = await inInvocation(() => callTool(generation, client, 'refused'));
    expect(answer).toEqual({ content: [{ type: 'text', text: 'ask me tomorrow' }], isError: true });
    const tool = { ...failed({ 'error.type': 'tool_error' }), events: [] };
    expectTrace(traces.only()).toMatchTree({
      name: 'ask',
      children: [{ name: 'tools/call refused', ...tool, children: [{ name: 'tools/call refused', ...tool }] }],
    });
    expectTrace(traces.only()).toHideSecrets('tomorrow');
    await close();
  });

  test('an error that a traced method throws in a tool is recorded once, where it happened', async () => {
    class Inner {
      @Traced()
      async fail(): Promise<never> {
        throw new TypeError('deep down');
      }
    }
    const server = weatherServer(generation);
    server.registerTool('deep', { description: 'deep' }, () => new Inner().fail());
    const link = await inMemory(generation, () => traceMcpServer(server));
    const client = traceMcpClient(weatherClient(generation));
    await client.connect(link.transport());
    traces.clear();
    await inInvocation(() => callTool(generation, client, 'deep'));
    expectTrace(traces.only()).toMatchTree({
      name: 'ask',
      children: [
        {
          name: 'tools/call deep',
          status: 'ERROR',
          events: [],
          children: [
            {
              name: 'tools/call deep',
              status: 'ERROR',
              events: [],
              children: [{ name: 'Inner.fail', status: 'ERROR', events: ['exception'] }],
            },
          ],
        },
      ],
    });
    await link.close();
  });

  test('a handler that throws fails both spans with the code that was sent, and the caller gets the very error of the SDK', async () => {
    const { client, close } = await connected(generation);
    traces.clear();
    const error = await inInvocation(() =>
      client.readResource({ uri: 'weather://tomorrow' }).catch((caught: unknown) => caught),
    );
    expect(error).toMatchObject({ code: -32_603, message: expect.stringContaining('not known yet') as string });
    const call = failed({
      'error.type': '-32603',
      'rpc.response.status_code': '-32603',
      'mcp.resource.uri': 'weather://tomorrow',
    });
    expectTrace(traces.only()).toMatchTree({
      name: 'ask',
      children: [
        {
          name: 'resources/read',
          kind: 'client',
          ...call,
          events: ['exception'],
          children: [{ name: 'resources/read', kind: 'server', ...call, events: ['exception'] }],
        },
      ],
    });
    const [server, caller] = [
      spansOf(traces, 'resources/read', 'server')[0]!,
      spansOf(traces, 'resources/read', 'client')[0]!,
    ];
    expect([server.status.message, caller.status.message]).toEqual(['not known yet', 'not known yet']);
    expect(server.events[0]!.attributes['exception.type']).toBe('TypeError');
    await close();
  });

  test('a method that the server does not know is a span on both sides', async () => {
    const { client, close } = await connected(generation);
    traces.clear();
    await inInvocation(() => client.request({ method: 'weather/guess' }, z.any() as never).catch(() => undefined));
    const call = failed({
      'error.type': '-32601',
      'rpc.response.status_code': '-32601',
      'mcp.method.name': 'weather/guess',
    });
    expectTrace(traces.only()).toMatchTree({
      name: 'ask',
      children: [{ name: 'weather/guess', ...call, children: [{ name: 'weather/guess', ...call, events: [] }] }],
    });
    await close();
  });

  test('a request on no connection fails its span, and rejects as ever', async () => {
    const plain = weatherClient(generation);
    const wanted = await plain.ping().catch((caught: Error) => caught.message);
    const traced = traceMcpClient(weatherClient(generation));
    expect(await inInvocation(() => traced.ping().catch((caught: Error) => caught.message))).toBe(wanted);
    expectTrace(traces.only()).toMatchTree({
      name: 'ask',
      children: [{ name: 'ping', kind: 'client', status: 'ERROR', events: ['exception'] }],
    });
  });
});
