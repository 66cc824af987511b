import 'reflect-metadata';
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import { traceListener } from 'fc-traced/server';
import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { weatherServer } from './weather';

const sessions = new Map<string, StreamableHTTPServerTransport>();

async function begin(): Promise<StreamableHTTPServerTransport> {
  const transport = new StreamableHTTPServerTransport({
    sessionIdGenerator: randomUUID,
    onsessioninitialized: (id) => void sessions.set(id, transport),
    onsessionclosed: (id) => void sessions.delete(id),
  });
  await weatherServer().connect(transport);
  return transport;
}

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  // FC's own requests, such as /initialize, only need a successful status.
  if (request.url !== '/mcp') return void response.end();
  const id = request.headers['mcp-session-id'];
  const session = typeof id === 'string' ? sessions.get(id) : await begin();
  if (session === undefined) response.writeHead(404).end();
  else await session.handleRequest(request, response);
}

const listener = traceListener((request, response) => void answer(request, response).catch(() => response.destroy()), {
  route: '/mcp',
});
const server = createServer({ keepAlive: true }, listener).listen(Number(process.env['FC_SERVER_PORT'] ?? 9000));
server.keepAliveTimeout = 24 * 60 * 60 * 1000;
