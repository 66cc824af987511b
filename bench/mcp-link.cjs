// Connects an MCP client to a server with one tool, with SDK 1.x or 2.x, in memory or over streamable HTTP on the
// loopback interface.
const { randomUUID } = require('node:crypto');
const { createServer } = require('node:http');
const { once } = require('node:events');
const { z } = require('zod');

const GENERATIONS = {
  '1.x': {
    load: () => ({
      ...require('@modelcontextprotocol/sdk/server/mcp.js'),
      ...require('@modelcontextprotocol/sdk/client/index.js'),
      ...require('@modelcontextprotocol/sdk/inMemory.js'),
    }),
    http: () => ({
      Server: require('@modelcontextprotocol/sdk/server/streamableHttp.js').StreamableHTTPServerTransport,
      Client: require('@modelcontextprotocol/sdk/client/streamableHttp.js').StreamableHTTPClientTransport,
    }),
    schema: { city: z.string() },
    metaOf: (extra) => extra._meta,
  },
  '2.x': {
    load: () => ({ ...require('@modelcontextprotocol/server'), ...require('@modelcontextprotocol/client') }),
    http: () => ({
      Server: require('@modelcontextprotocol/node').NodeStreamableHTTPServerTransport,
      Client: require('@modelcontextprotocol/client').StreamableHTTPClientTransport,
    }),
    schema: z.object({ city: z.string() }),
    metaOf: (ctx) => ctx.mcpReq._meta,
  },
};

const transports = {
  memory: ({ load }) => {
    const [client, server] = load().InMemoryTransport.createLinkedPair();
    return { client, server, close: () => {} };
  },
  http: async ({ http }) => {
    const { Server, Client } = http();
    const server = new Server({ sessionIdGenerator: randomUUID });
    const listener = createServer((request, response) => void server.handleRequest(request, response));
    await once(listener.listen(0, '127.0.0.1'), 'listening');
    const close = () => {
      listener.close();
      listener.closeAllConnections();
    };
    return { client: new Client(new URL(`http://127.0.0.1:${listener.address().port}/mcp`)), server, close };
  },
};

/**
 * Connects client and server, calls `body` with a function that calls the tool, and closes both. `traceServer` and
 * `traceClient` receive the server and the client, and `aroundTool` the tool.
 */
async function linked(
  generation,
  transport,
  { traceServer = (server) => server, traceClient = (client) => client, aroundTool = (tool) => tool } = {},
  body,
) {
  const sdk = GENERATIONS[generation];
  const { McpServer, Client } = sdk.load();
  const tool = aroundTool(async ({ city }) => ({ content: [{ type: 'text', text: city }] }), sdk.metaOf);
  const server = traceServer(new McpServer({ name: 'bench', version: '1.0.0' }));
  server.registerTool('weather', { inputSchema: sdk.schema }, tool);
  const client = traceClient(new Client({ name: 'bench', version: '1.0.0' }));
  const link = await transports[transport](sdk);
  await server.connect(link.server);
  await client.connect(link.client);
  try {
    return await body((meta) =>
      client.callTool({ name: 'weather', arguments: { city: 'Ulm' }, ...(meta && { _meta: meta }) }),
    );
  } finally {
    await client.close();
    await server.close();
    link.close();
  }
}

module.exports = { linked };
