import 'reflect-metadata';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { createHandler, Handler, Service, Traced } from 'fc-traced';
import { traceMcpClient } from 'fc-traced/mcp';
import { tracedFetch } from './traced-fetch';

const url = new URL(process.env['MCP_SERVER_URL'] ?? 'http://127.0.0.1:9000/mcp');

@Service()
class Weather {
  @Traced()
  async connect(): Promise<Client> {
    const client = traceMcpClient(
      new Client({ name: 'assistant', version: '2.0.0' }, { versionNegotiation: { mode: 'auto' } }),
    );
    await client.connect(new StreamableHTTPClientTransport(url, { fetch: tracedFetch }));
    return client;
  }

  @Traced()
  async ask(client: Client, city: string): Promise<string> {
    const { content } = await client.callTool({ name: 'forecast', arguments: { city } });
    return (content as { text: string }[])[0]?.text ?? '';
  }
}

@Handler()
class Assistant {
  constructor(private readonly weather: Weather) {}

  async handle({ city }: { readonly city: string }) {
    const client = await this.weather.connect();
    try {
      return { city, answer: await this.weather.ask(client, city) };
    } finally {
      await client.close();
    }
  }
}

export const { handler, initialize, preStop } = createHandler(Assistant);
