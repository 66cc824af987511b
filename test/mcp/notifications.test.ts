import {
  LoggingMessageNotificationSchema,
  RootsListChangedNotificationSchema,
} from '@modelcontextprotocol/sdk/types.js';
import { traceMcpClient, traceMcpServer } from 'fc-traced/mcp';
import { expectTrace, recordTraces } from 'fc-traced/testing';
import { connectPair, inInvocation, waitForSpans } from './traced-pair';
import { inMemory } from './transports';
import { callTool, Forecast, GENERATIONS, weatherClient, weatherServer } from './weather';

const traces = recordTraces();
afterEach(() => traces.clear());
afterAll(() => traces.stop());

describe.each(GENERATIONS)('%s', (generation) => {
  const schemaOf = (name: string, schema: unknown): unknown => (generation === '1.x' ? schema : name);

  test('a notification to the client has a span on both sides, and its handler runs within it', async () => {
    const { client, close } = await connectPair(generation);
    client.setNotificationHandler(schemaOf('notifications/message', LoggingMessageNotificationSchema), () =>
      new Forecast().of('log'),
    );
    traces.clear();
    await inInvocation(async () => {
      await callTool(generation, client, 'logs');
      await waitForSpans(traces, 'Forecast.of');
    });
    expectTrace(traces.only()).toMatchTree({
      name: 'invocation',
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

  test('a notification to the server has a span on both sides, and its handler runs within it', async () => {
    const server = weatherServer(generation);
    const connection = await inMemory(generation, () => traceMcpServer(server));
    server.server.setNotificationHandler(
      schemaOf('notifications/roots/list_changed', RootsListChangedNotificationSchema),
      () => new Forecast().of('roots'),
    );
    const client = traceMcpClient(weatherClient(generation));
    await client.connect(connection.transport());
    traces.clear();
    await inInvocation(async () => {
      await client.sendRootsListChanged();
      await waitForSpans(traces, 'Forecast.of');
    });
    expectTrace(traces.only()).toMatchTree(`
      invocation
        notifications/roots/list_changed
          notifications/roots/list_changed
            Forecast.of
    `);
    await connection.close();
  });

  test('a fallback handler receives the same arguments as without tracing', async () => {
    const { client, close } = await connectPair(generation);
    const received: unknown[][] = [];
    client.fallbackNotificationHandler = async (...args: unknown[]) => void received.push(args);
    const { fallbackNotificationHandler } = client;
    traces.clear();
    await inInvocation(async () => {
      await callTool(generation, client, 'logs');
      await waitForSpans(traces, 'notifications/message', 2);
    });
    expect(received).toHaveLength(1);
    expect(received[0]).toMatchObject([
      { method: 'notifications/message', params: { level: 'info', data: 'looking' } },
    ]);
    expect(received[0]).toHaveLength(1);
    expect(client.fallbackNotificationHandler).toBe(fallbackNotificationHandler);
    await close();
  });

  test('if a handler fails, its span has the status ERROR', async () => {
    const { client, close } = await connectPair(generation);
    const errors: Error[] = [];
    Object.assign(client, { onerror: (error: Error) => void errors.push(error) });
    client.setNotificationHandler(schemaOf('notifications/message', LoggingMessageNotificationSchema), () =>
      Promise.reject(new RangeError('unread')),
    );
    traces.clear();
    await inInvocation(async () => {
      await callTool(generation, client, 'logs');
      await waitForSpans(traces, 'notifications/message', 2);
    });
    expectTrace(traces.only()).toMatchTree({
      name: 'invocation',
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

  test('a notification without a handler has a span only at the sender', async () => {
    const { client, close } = await connectPair(generation);
    traces.clear();
    await inInvocation(() => callTool(generation, client, 'logs'));
    expectTrace(traces.only()).toMatchTree(`
      invocation
        tools/call logs
          tools/call logs
            notifications/message
    `);
    await close();
  });
});
