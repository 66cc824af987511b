import 'reflect-metadata';
import { SSEServerTransport } from '@modelcontextprotocol/sdk/server/sse.js';
import { traceListener } from 'fc-traced/server';
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { weatherServer } from './weather';

/** The connected clients. Each has an open GET request, whose response streams the server's messages. */
const connections = new Map<string, SSEServerTransport>();

async function connect(response: ServerResponse): Promise<void> {
  const transport = new SSEServerTransport('/messages', response);
  connections.set(transport.sessionId, transport);
  response.once('close', () => connections.delete(transport.sessionId));
  await weatherServer().connect(transport);
}

const urlOf = ({ url = '/' }: IncomingMessage): URL => new URL(url, 'http://weather');

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { pathname, searchParams } = urlOf(request);
  const connection = connections.get(searchParams.get('sessionId') ?? '');
  if (pathname === '/sse') await connect(response);
  else if (connection !== undefined) await connection.handlePostMessage(request, response);
  // FC's own requests, such as /initialize, only need a successful status.
  else response.writeHead(pathname === '/messages' ? 404 : 200).end();
}

const listener = traceListener((request, response) => void answer(request, response).catch(() => response.destroy()), {
  route: (request) => urlOf(request).pathname,
});
const server = createServer({ keepAlive: true }, listener).listen(Number(process.env['FC_SERVER_PORT'] ?? 9000));
// FC keeps idle connections open for a long time.
server.keepAliveTimeout = 24 * 60 * 60 * 1000;
