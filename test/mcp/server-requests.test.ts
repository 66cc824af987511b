import { ElicitRequestSchema, ListRootsRequestSchema } from '@modelcontextprotocol/sdk/types.js';
import { currentSpan } from 'fc-traced';
import { traceMcpClient, traceMcpServer } from 'fc-traced/mcp';
import { expectTrace, recordTraces } from 'fc-traced/testing';
import { connected, ended, inInvocation } from './asking';
import { inMemory, streamable } from './links';
import { callTool, Forecast, GENERATIONS, weatherClient, weatherServer } from './weather';

const traces = recordTraces();
afterEach(() => traces.clear());
afterAll(() => traces.stop());

describe.each(GENERATIONS)('%s', (generation) => {
  const named = (name: string, schema: unknown): unknown => (generation === '1.x' ? schema : name);
  const answerRoots = (client: ReturnType<typeof weatherClient>): void =>
    client.setRequestHandler(named('roots/list', ListRootsRequestSchema), async () => {
      currentSpan().setAttribute('here', true);
      return { roots: [{ uri: 'file:///weather', name: await new Forecast().of('roots') }] };
    });

  test('what a tool asks of the client is in the trace, down to the work of the client', async () => {
    const { client, close } = await connected(generation);
    answerRoots(client);
    traces.clear();
    const answer = await inInvocation(() => callTool(generation, client, 'roots'));
    expect(JSON.parse(answer.content[0].text)).toMatchObject({
      roots: [{ uri: 'file:///weather', name: 'sunny in roots' }],
    });
    expectTrace(traces.only()).toMatchTree({
      name: 'ask',
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

  test('over streamable HTTP as well', async () => {
    const link = await streamable(generation, () => traceMcpServer(weatherServer(generation)));
    const client = traceMcpClient(weatherClient(generation));
    answerRoots(client);
    await client.connect(link.transport());
    await ended(traces, 'notifications/initialized', 2);
    traces.clear();
    await inInvocation(() => callTool(generation, client, 'roots'));
    const served = { name: 'roots/list', kind: 'server', links: 0, children: [{ name: 'Forecast.of' }] } as const;
    expectTrace(traces.only()).toMatchTree({
      name: 'ask',
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
    await link.close();
  });

  test('a client that refuses fails the spans of the question, and the tool hears of it as ever', async () => {
    const { client, close } = await connected(generation);
    client.setRequestHandler(named('elicitation/create', ElicitRequestSchema), () =>
      Promise.reject(Object.assign(new Error('not today'), { code: -32_602 })),
    );
    traces.clear();
    const answer = await inInvocation(() => callTool(generation, client, 'asks'));
    expect(answer).toMatchObject({
      isError: true,
      content: [{ text: expect.stringContaining('not today') as string }],
    });
    const question = {
      name: 'elicitation/create',
      status: 'ERROR',
      attributes: { 'error.type': '-32602', 'rpc.response.status_code': '-32602' },
    } as const;
    expectTrace(traces.only()).toMatchTree({
      name: 'ask',
      children: [
        {
          name: 'tools/call asks',
          status: 'ERROR',
          attributes: { 'error.type': 'tool_error' },
          children: [
            {
              name: 'tools/call asks',
              status: 'ERROR',
              children: [{ ...question, kind: 'client', children: [{ ...question, kind: 'server' }] }],
            },
          ],
        },
      ],
    });
    await close();
  });

  test('a ping of either side is a span on both', async () => {
    const server = weatherServer(generation);
    const link = await inMemory(generation, () => traceMcpServer(server));
    const client = traceMcpClient(weatherClient(generation));
    await client.connect(link.transport());
    traces.clear();
    await inInvocation(async () => [await client.ping(), await server.server.ping()]);
    expectTrace(traces.only()).toMatchTree(`
      ask
        ping
          ping
        ping
          ping
    `);
    await link.close();
  });
});
