import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { traceMcpServer } from 'fc-traced/mcp';
import { z } from 'zod';
import { Forecast } from './forecast';

const forecast = new Forecast();

/** Creates a server of SDK 1.x for one client. `traceMcpServer` is called before the server is connected. */
export function weatherServer(): McpServer {
  const server = traceMcpServer(new McpServer({ name: 'weather', version: '1.0.0' }));
  server.registerTool(
    'forecast',
    { description: 'The weather of a city', inputSchema: { city: z.string() } },
    async ({ city }) => ({
      content: [{ type: 'text', text: await forecast.of(city) }],
    }),
  );
  return server;
}
