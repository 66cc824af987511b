import {
  LoggingMessageNotificationSchema,
  RootsListChangedNotificationSchema,
} from '@modelcontextprotocol/sdk/types.js';
import { traceMcpClient, traceMcpServer } from 'fc-traced/mcp';
import { expectTrace, recordTraces } from 'fc-traced/testing';
import { connected, ended, inInvocation } from './asking';
import { inMemory } from './links';
import { callTool, Forecast, GENERATIONS, weatherClient, weatherServer } from './weather';

const traces = recordTraces();
afterEach(() => traces.clear());
afterAll(() => traces.stop());

describe.each(GENERATIONS)('%s', (generation) => {
  const named = (name: string, schema: unknown): unknown => (generation === '1.x' ? schema : name);

  test('a notification to the client is a span on both sides, and its handler runs inside', async () => {
    const { client, close } = await connected(generation);
    client.setNotificationHandler(named('notifications/message', LoggingMessageNotificationSchema), () =>
      new Forecast().of('log'),
    );
    traces.clear();
    await inInvocation(async () => {
      await callTool(generation, client, 'logs');
      await ended(traces, 'Forecast.of');
    });
    expectTrace(traces.only()).toMatchTree({
      name: 'ask',
      children: [
        {
          name: 'tools/call logs',
          kind: 'client',
          children: [
            {
              name: 'tools/call logs',
              kind: 'server',
              children: [
                {
                  name: 'notifications/message',
                  kind: 'client',
                  attributes: { 'mcp.method.name': 'notifications/message', 'jsonrpc.request.id': undefined },
                  children: [
                    { name: 'notifications/message', kind: 'server', links: 0, children: [{ name: 'Forecast.of' }] },
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

  test('a notification to the server is a span on both sides, and its handler runs inside', async () => {
    const server = weatherServer(generation);
    const link = await inMemory(generation, () => traceMcpServer(server));
    server.server.setNotificationHandler(
      named('notifications/roots/list_changed', RootsListChangedNotificationSchema),
      () => new Forecast().of('roots'),
    );
    const client = traceMcpClient(weatherClient(generation));
    await client.connect(link.transport());
    traces.clear();
    await inInvocation(async () => {
      await client.sendRootsListChanged();
      await ended(traces, 'Forecast.of');
    });
    expectTrace(traces.only()).toMatchTree(`
      ask
        notifications/roots/list_changed
          notifications/roots/list_changed
            Forecast.of
    `);
    await link.close();
  });

  test('a handler for any notification gets what it always got', async () => {
    const { client, close } = await connected(generation);
    const got: unknown[][] = [];
    client.fallbackNotificationHandler = async (...args: unknown[]) => void got.push(args);
    const { fallbackNotificationHandler } = client;
    traces.clear();
    await inInvocation(async () => {
      await callTool(generation, client, 'logs');
      await ended(traces, 'notifications/message', 2);
    });
    expect(got).toHaveLength(1);
    expect(got[0]).toMatchObject([{ method: 'notifications/message', params: { level: 'info', data: 'looking' } }]);
    expect(got[0]).toHaveLength(1);
    expect(client.fallbackNotificationHandler).toBe(fallbackNotificationHandler);
    await close();
  });

  test('a handler that fails fails its span', async () => {
    const { client, close } = await connected(generation);
    const errors: Error[] = [];
    Object.assign(client, { onerror: (error: Error) => void errors.push(error) });
    client.setNotificationHandler(named('notifications/message', LoggingMessageNotificationSchema), () =>
      Promise.reject(new RangeError('unread')),
    );
    traces.clear();
    await inInvocation(async () => {
      await callTool(generation, client, 'logs');
      await ended(traces, 'notifications/message', 2);
    });
    expectTrace(traces.only()).toMatchTree({
      name: 'ask',
      children: [
        {
          name: 'tools/call logs',
          children: [
            {
              name: 'tools/call logs',
              children: [
                {
                  name: 'notifications/message',
                  kind: 'client',
                  children: [
                    {
                      name: 'notifications/message',
                      kind: 'server',
                      status: 'ERROR',
                      attributes: { 'error.type': 'RangeError' },
                      events: ['exception'],
                    },
                  ],
                },
              ],
            },
          ],
        },
      ],
    });
    expect(errors.map(({ message }) => message)).toEqual([expect.stringContaining('unread')]);
    await close();
  });

  test('a notification that nobody handles is a span of the one who sends it alone', async () => {
    const { client, close } = await connected(generation);
    traces.clear();
    await inInvocation(() => callTool(generation, client, 'logs'));
    expectTrace(traces.only()).toMatchTree(`
      ask
        tools/call logs
          tools/call logs
            notifications/message
    `);
    await close();
  });
});
