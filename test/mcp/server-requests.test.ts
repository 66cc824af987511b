import { ElicitRequestSchema, ListRootsRequestSchema } from '@modelcontextprotocol/sdk/types.js';
import { currentSpan } from 'fc-traced';
import { traceMcpClient, traceMcpServer } from 'fc-traced/mcp';
import { expectTrace, recordTraces } from 'fc-traced/testing';
import { connectPair, inInvocation, waitForSpans } from './traced-pair';
import { inMemory, streamable } from './transports';
import { callTool, Forecast, GENERATIONS, weatherClient, weatherServer } from './weather';

const traces = recordTraces();
afterEach(() => traces.clear());
afterAll(() => traces.stop());

describe.each(GENERATIONS)('%s', (generation) => {
  const schemaOf = (name: string, schema: unknown): unknown => (generation === '1.x' ? schema : name);
  const answerRoots = (client: ReturnType<typeof weatherClient>): void =>
    client.setRequestHandler(schemaOf('roots/list', ListRootsRequestSchema), async () => {
      currentSpan().setAttribute('here', true);
      return { roots: [{ uri: 'file:///weather', name: await new Forecast().of('roots') }] };
    });

  test('a request of a tool to the client is in the trace, with the spans of the client', async () => {
    const { client, close } = await connectPair(generation);
    answerRoots(client);
    traces.clear();
    const answer = await inInvocation(() => callTool(generation, client, 'roots'));
    expect(JSON.parse(answer.content[0].text)).toMatchObject({
      roots: [{ uri: 'file:///weather', name: 'sunny in roots' }],
    });
    expectTrace(traces.only()).toMatchTree({
      name: 'invocation',
      children: [
        {
          name: 'tools/call roots',
          kind: 'client',
          children: [
            {
              name: 'tools/call roots',
              kind: 'server',
              children: [
                {
                  name: 'roots/list',
                  kind: 'client',
                  children: [
                    {
                      name: 'roots/list',
                      kind: 'server',
                      attributes: { here: true, 'jsonrpc.request.id': '0' },
                      children: [{ name: 'Forecast.of' }],
                    },
                  ],
                },
              ],
            },
          ],
        },
      ],
    });
    await close();
  });

  test('a request of a tool over streamable HTTP is in the trace', async () => {
    const connection = await streamable(generation, () => traceMcpServer(weatherServer(generation)));
    const client = traceMcpClient(weatherClient(generation));
    answerRoots(client);
    await client.connect(connection.transport());
    await waitForSpans(traces, 'notifications/initialized', 2);
    traces.clear();
    await inInvocation(() => callTool(generation, client, 'roots'));
    const served = { name: 'roots/list', kind: 'server', links: 0, children: [{ name: 'Forecast.of' }] } as const;
    expectTrace(traces.only()).toMatchTree({
      name: 'invocation',
      children: [
        {
          name: 'tools/call roots',
          children: [
            { name: 'tools/call roots', children: [{ name: 'roots/list', kind: 'client', children: [served] }] },
          ],
        },
      ],
    });
    await client.close();
    await connection.close();
  });

  test('if the client rejects a request, its spans have the status ERROR, and the tool gets the error', async () => {
    const { client, close } = await connectPair(generation);
    client.setRequestHandler(schemaOf('elicitation/create', ElicitRequestSchema), () =>
      Promise.reject(Object.assign(new Error('not today'), { code: -32_602 })),
    );
    traces.clear();
    const answer = await inInvocation(() => callTool(generation, client, 'elicits'));
    expect(answer).toMatchObject({
      isError: true,
      content: [{ text: expect.stringContaining('not today') as string }],
    });
    const request = {
      name: 'elicitation/create',
      status: 'ERROR',
      attributes: { 'error.type': '-32602', 'rpc.response.status_code': '-32602' },
    } as const;
    expectTrace(traces.only()).toMatchTree({
      name: 'invocation',
      children: [
        {
          name: 'tools/call elicits',
          status: 'ERROR',
          attributes: { 'error.type': 'tool_error' },
          children: [
            {
              name: 'tools/call elicits',
              status: 'ERROR',
              children: [{ ...request, kind: 'client', children: [{ ...request, kind: 'server' }] }],
            },
          ],
        },
      ],
    });
    await close();
  });

  test('a ping of either side has a span on both', async () => {
    const server = weatherServer(generation);
    const connection = await inMemory(generation, () => traceMcpServer(server));
    const client = traceMcpClient(weatherClient(generation));
    await client.connect(connection.transport());
    traces.clear();
    await inInvocation(async () => [await client.ping(), await server.server.ping()]);
    expectTrace(traces.only()).toMatchTree(`
      invocation
        ping
          ping
        ping
          ping
    `);
    await connection.close();
  });
});
