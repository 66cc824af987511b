import 'reflect-metadata';
import { createMcpHandler, McpServer } from '@modelcontextprotocol/server';
import { Handler } from 'fc-traced';
import type { HttpEvent } from 'fc-traced';
import { traceMcpServer } from 'fc-traced/mcp';
import { serve } from 'fc-traced/server';
import { z } from 'zod';
import { Forecast } from './forecast';

/** Creates a server of SDK 2.x for one request. There are no sessions. */
function weatherServer(forecast: Forecast): McpServer {
  const server = traceMcpServer(new McpServer({ name: 'weather', version: '2.0.0' }));
  server.registerTool(
    'forecast',
    { description: 'The weather of a city', inputSchema: z.object({ city: z.string() }) },
    async ({ city }) => ({
      content: [{ type: 'text', text: await forecast.of(city) }],
    }),
  );
  return server;
}

@Handler({ route: '/mcp' })
class Weather {
  private readonly mcp = createMcpHandler(() => weatherServer(new Forecast()));

  handle({ headers, body, requestContext: { http } }: HttpEvent): Promise<Response> {
    return this.mcp.fetch(
      new Request(`http://${headers['host'] ?? 'weather'}${http.path}`, {
        method: http.method,
        headers,
        ...(body !== '' && { body }),
      }),
    );
  }
}

void serve(Weather);
