/* oxlint-disable typescript/no-unnecessary-type-assertion -- the compiler needs them for the union of generations */
import { Traced } from 'fc-traced';
import { traceMcpClient, traceMcpServer } from 'fc-traced/mcp';
import { expectTrace, recordTraces } from 'fc-traced/testing';
import { z } from 'zod';
import { connectPair, inInvocation, spansOf } from './traced-pair';
import { inMemory } from './transports';
import { callTool, GENERATIONS, weatherClient, weatherServer } from './weather';

const traces = recordTraces();
afterEach(() => traces.clear());
afterAll(() => traces.stop());

const failed = (attributes: object): object => ({ status: 'ERROR', attributes });

describe.each(GENERATIONS)('%s', (generation) => {
  test('if a tool throws, both spans have the status ERROR, and the server span has the exception', async () => {
    const { client, close } = await connectPair(generation);
    traces.clear();
    const answer = await inInvocation(() => callTool(generation, client, 'broken'));
    expect(answer).toEqual({ content: [{ type: 'text', text: 'no such city' }], isError: true });
    const tool = failed({ 'error.type': 'tool_error', 'rpc.response.status_code': undefined });
    expectTrace(traces.only()).toMatchTree({
      name: 'invocation',
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

  test('if a tool returns isError, both spans have the status ERROR, and its content is not recorded', async () => {
    const { client, close } = await connectPair(generation);
    traces.clear();
    const answer = await inInvocation(() => callTool(generation, client, 'refused'));
    expect(answer).toEqual({ content: [{ type: 'text', text: 'try again tomorrow' }], isError: true });
    const tool = { ...failed({ 'error.type': 'tool_error' }), events: [] };
    expectTrace(traces.only()).toMatchTree({
      name: 'invocation',
      children: [{ name: 'tools/call refused', ...tool, children: [{ name: 'tools/call refused', ...tool }] }],
    });
    expectTrace(traces.only()).toHideSecrets('tomorrow');
    await close();
  });

  test('an exception of a traced method in a tool is recorded once, on the span of the method', async () => {
    class Inner {
      @Traced()
      async fail(): Promise<never> {
        throw new TypeError('deep down');
      }
    }
    const server = weatherServer(generation);
    server.registerTool('deep', { description: 'deep' }, () => new Inner().fail());
    const connection = await inMemory(generation, () => traceMcpServer(server));
    const client = traceMcpClient(weatherClient(generation));
    await client.connect(connection.transport());
    traces.clear();
    await inInvocation(() => callTool(generation, client, 'deep'));
    expectTrace(traces.only()).toMatchTree({
      name: 'invocation',
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
    await connection.close();
  });

  test("if a handler throws, both spans have the error code, and the caller gets the SDK's error", async () => {
    const { client, close } = await connectPair(generation);
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
      name: 'invocation',
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

  test('a request with an unknown method has a span on both sides', async () => {
    const { client, close } = await connectPair(generation);
    traces.clear();
    await inInvocation(() => client.request({ method: 'weather/guess' }, z.any() as never).catch(() => undefined));
    const call = failed({
      'error.type': '-32601',
      'rpc.response.status_code': '-32601',
      'mcp.method.name': 'weather/guess',
    });
    expectTrace(traces.only()).toMatchTree({
      name: 'invocation',
      children: [{ name: 'weather/guess', ...call, children: [{ name: 'weather/guess', ...call, events: [] }] }],
    });
    await close();
  });

  test('the span of a request without a connection has the status ERROR, and the same error as untraced', async () => {
    const plain = weatherClient(generation);
    const expected = await plain.ping().catch((caught: Error) => caught.message);
    const traced = traceMcpClient(weatherClient(generation));
    expect(await inInvocation(() => traced.ping().catch((caught: Error) => caught.message))).toBe(expected);
    expectTrace(traces.only()).toMatchTree({
      name: 'invocation',
      children: [{ name: 'ping', kind: 'client', status: 'ERROR', events: ['exception'] }],
    });
  });
});
