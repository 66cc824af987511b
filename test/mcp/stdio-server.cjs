// A weather server over stdio. Usage: `node stdio-server.cjs GENERATION traced|untraced FILE`. It writes its spans to
// FILE as JSON when the client closes stdin.
const { writeFileSync } = require('node:fs');
const path = require('node:path');
const { z } = require('zod');

const [generation, tracing, file] = process.argv.slice(2);
const dist = path.join(__dirname, '..', '..', 'dist');
const { currentSpan, traced } = require(path.join(dist, 'index.js'));
const { traceMcpServer } = require(path.join(dist, 'mcp.js'));
const { recordTraces } = require(path.join(dist, 'testing.js'));

const traces = recordTraces();
const look = traced(async function look(city) {
  return `sunny in ${city}`;
});
const tool = async ({ city }) => {
  currentSpan().setAttribute('asked', city);
  return { content: [{ type: 'text', text: await look(city) }] };
};
const trace = (server) => (tracing === 'traced' ? traceMcpServer(server) : server);

function start1() {
  const { McpServer } = require('@modelcontextprotocol/sdk/server/mcp.js');
  const { StdioServerTransport } = require('@modelcontextprotocol/sdk/server/stdio.js');
  const server = trace(new McpServer({ name: 'weather', version: '1.0.0' }));
  server.registerTool('weather', { inputSchema: { city: z.string() } }, tool);
  server.registerTool('elicits', {}, async (extra) => {
    const { ListRootsResultSchema } = require('@modelcontextprotocol/sdk/types.js');
    return {
      content: [
        {
          type: 'text',
          text: JSON.stringify(await extra.sendRequest({ method: 'roots/list' }, ListRootsResultSchema)),
        },
      ],
    };
  });
  return server.connect(new StdioServerTransport());
}

function start2() {
  const { McpServer } = require('@modelcontextprotocol/server');
  const { serveStdio } = require('@modelcontextprotocol/server/stdio');
  serveStdio(() => {
    const server = trace(new McpServer({ name: 'weather', version: '1.0.0' }));
    server.registerTool('weather', { inputSchema: z.object({ city: z.string() }) }, tool);
    return server;
  });
}

process.stdin.once('end', () => {
  const text = JSON.stringify(traces.spans(), (_, value) => (typeof value === 'bigint' ? `${value}n` : value));
  writeFileSync(file, text);
  process.exit(0);
});
void (generation === '1.x' ? start1() : start2());
