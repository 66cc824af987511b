/* oxlint-disable typescript/no-unnecessary-type-assertion -- the compiler needs them for the union of generations */
import { StreamableHTTPClientTransport as HttpClient2 } from '@modelcontextprotocol/client';
import { localhostHostValidation, NodeStreamableHTTPServerTransport, toNodeHandler } from '@modelcontextprotocol/node';
import { SSEClientTransport } from '@modelcontextprotocol/sdk/client/sse.js';
import { StreamableHTTPClientTransport as HttpClient1 } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { InMemoryTransport as InMemory1 } from '@modelcontextprotocol/sdk/inMemory.js';
import { SSEServerTransport } from '@modelcontextprotocol/sdk/server/sse.js';
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import { InMemoryTransport as InMemory2, createMcpHandler } from '@modelcontextprotocol/server';
import { traceHeaders } from 'fc-traced';
import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import type { IncomingMessage, RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Generation, WeatherServer } from './weather';

/** A running server, and the transports by which clients connect with it. */
export interface Connection {
  /** Creates a transport for a client. */
  readonly transport: () => never;
  readonly close: () => Promise<void>;
}

export interface ConnectionOptions {
  /** Whether the HTTP requests of clients carry trace headers. */
  readonly propagates?: boolean;
  /** Wraps the listener of the server. */
  readonly wrap?: (listener: RequestListener) => RequestListener;
}

type MakeServer = () => WeatherServer;

/** A `fetch` that adds trace headers. */
const tracedFetch = (url: string | URL, init?: RequestInit): Promise<Response> =>
  fetch(url, { ...init, headers: { ...Object.fromEntries(new Headers(init?.headers)), ...traceHeaders() } });

async function listen(
  listener: RequestListener,
  { wrap = (inner) => inner }: ConnectionOptions,
): Promise<{ url: URL; close: () => Promise<void> }> {
  const isLocal = localhostHostValidation();
  const server = createServer(
    wrap((request, response) => void (isLocal(request, response) && listener(request, response))),
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** Client and server in one process, without a network. */
export async function inMemory(generation: Generation, make: MakeServer): Promise<Connection> {
  const [client, server] = (generation === '1.x' ? InMemory1 : InMemory2).createLinkedPair();
  const weather = make();
  await weather.connect(server as never);
  return { transport: () => client as never, close: () => weather.close() };
}

/** Streamable HTTP with sessions, a server for each session. Responses are `text/event-stream` or JSON. */
export async function streamable(
  generation: Generation,
  make: MakeServer,
  options: ConnectionOptions & { readonly json?: boolean } = {},
): Promise<Connection> {
  const sessions = new Map<
    string,
    { handleRequest(request: IncomingMessage, response: unknown): Promise<void>; close(): Promise<void> }
  >();
  const open = async (): Promise<any> => {
    const Transport = (
      generation === '1.x' ? StreamableHTTPServerTransport : NodeStreamableHTTPServerTransport
    ) as typeof StreamableHTTPServerTransport;
    const transport: StreamableHTTPServerTransport = new Transport({
      sessionIdGenerator: randomUUID,
      enableJsonResponse: options.json ?? false,
      onsessioninitialized: (id) => void sessions.set(id, transport),
    });
    await make().connect(transport as never);
    return transport;
  };
  const { url, close } = await listen((request, response) => {
    const known = sessions.get(String(request.headers['mcp-session-id']));
    void Promise.resolve(known ?? open()).then((transport: StreamableHTTPServerTransport) =>
      transport.handleRequest(request, response),
    );
  }, options);
  const Client = generation === '1.x' ? HttpClient1 : HttpClient2;
  return {
    transport: () => new Client(url, options.propagates ? { fetch: tracedFetch } : {}) as never,
    close: async () => {
      for (const transport of sessions.values()) await transport.close();
      await close();
    },
  };
}

/** 2.x: a server for each request, for clients of all protocol versions. */
export async function perRequest(make: MakeServer, options: ConnectionOptions = {}): Promise<Connection> {
  const handler = createMcpHandler(make as never);
  const answer = toNodeHandler(handler);
  const { url, close } = await listen((request, response) => void answer(request, response), options);
  return {
    transport: () => new HttpClient2(url, options.propagates ? { fetch: tracedFetch } : {}) as never,
    close: async () => {
      await handler.close();
      await close();
    },
  };
}

/** 1.x over SSE: a long-running GET for the responses, a POST for each message. */
export async function sse(
  make: MakeServer,
  options: ConnectionOptions & { readonly posted?: (status: number) => void } = {},
): Promise<Connection> {
  const sessions = new Map<string, SSEServerTransport>();
  const { url, close } = await listen((request, response) => {
    if (request.method === 'POST') {
      response.once('finish', () => options.posted?.(response.statusCode));
      return void sessions
        .get(new URL(request.url!, 'http://localhost').searchParams.get('sessionId')!)!
        .handlePostMessage(request, response);
    }
    const transport = new SSEServerTransport('/messages', response);
    sessions.set(transport.sessionId, transport);
    void make().connect(transport as never);
  }, options);
  return {
    transport: () => new SSEClientTransport(url, options.propagates ? { fetch: tracedFetch } : {}) as never,
    close,
  };
}
