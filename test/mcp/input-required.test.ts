import { inputRequired } from '@modelcontextprotocol/server';
import { traceMcpClient, traceMcpServer } from 'fc-traced/mcp';
import { expectTrace, recordTraces } from 'fc-traced/testing';
import { inInvocation, waitForSpans } from './traced-pair';
import { perRequest } from './transports';
import { callTool, Forecast, weatherClient, weatherServer } from './weather';

const traces = recordTraces();
afterAll(() => traces.stop());

test('in protocol version 2026-07-28 a tool that requires input is called again, with the same parent', async () => {
  const make = (): ReturnType<typeof weatherServer> => {
    const server = weatherServer('2.x');
    server.registerTool('where', { description: 'where?' }, (ctx: any) => {
      const { city } = ctx.mcpReq.inputResponses ?? {};
      if (city === undefined) {
        return inputRequired({
          inputRequests: {
            city: inputRequired.elicit({
              message: 'Which city?',
              requestedSchema: { type: 'object', properties: { name: { type: 'string' } } },
            }),
          },
        });
      }
      return { content: [{ type: 'text', text: `sunny in ${city.content.name}` }] };
    });
    return traceMcpServer(server);
  };
  const connection = await perRequest(make);
  const client = traceMcpClient(weatherClient('2.x', { versionNegotiation: { mode: 'auto' } }));
  client.setRequestHandler('elicitation/create', async () => {
    await new Forecast().of('mind');
    return { action: 'accept', content: { name: 'Ulm' } };
  });
  await client.connect(connection.transport());
  traces.clear();
  const answer = await inInvocation(() => callTool('2.x', client, 'where'));
  await waitForSpans(traces, 'tools/call where', 4);
  expect(answer.content).toEqual([{ type: 'text', text: 'sunny in Ulm' }]);
  expectTrace(traces.only()).toMatchTree(`
    invocation
      tools/call where
        tools/call where
      Forecast.of
      tools/call where
        tools/call where
  `);
  await client.close();
  await connection.close();
});
