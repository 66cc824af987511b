import 'reflect-metadata';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { SSEClientTransport } from '@modelcontextprotocol/sdk/client/sse.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { createHandler, Handler, Service, Traced } from 'fc-traced';
import { traceMcpClient } from 'fc-traced/mcp';
import { tracedFetch } from './traced-fetch';

const url = new URL(process.env['MCP_SERVER_URL'] ?? 'http://127.0.0.1:9000/sse');

@Service()
class Weather {
  @Traced()
  async connect(): Promise<Client> {
    const Transport = url.pathname.endsWith('/sse') ? SSEClientTransport : StreamableHTTPClientTransport;
    const client = traceMcpClient(new Client({ name: 'assistant', version: '1.0.0' }));
    await client.connect(new Transport(url, { fetch: tracedFetch }));
    return client;
  }

  @Traced()
  async ask(client: Client, city: string): Promise<string> {
    const { content } = await client.callTool({ name: 'forecast', arguments: { city } });
    // If a tool failed, its result contains the error message.
    return (content as { text: string }[])[0]?.text ?? '';
  }

  @Traced()
  async leave(client: Client): Promise<void> {
    const { transport } = client;
    if (transport instanceof StreamableHTTPClientTransport) await transport.terminateSession();
    await client.close();
  }
}

@Handler()
class Assistant {
  constructor(private readonly weather: Weather) {}

  // Each invocation opens its own connection: one that is open while FC freezes the instance is unlikely to survive.
  async handle({ city }: { readonly city: string }) {
    const client = await this.weather.connect();
    try {
      return { city, answer: await this.weather.ask(client, city) };
    } finally {
      await this.weather.leave(client);
    }
  }
}

export const { handler, initialize, preStop } = createHandler(Assistant);
