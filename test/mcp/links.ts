/* oxlint-disable typescript/no-unnecessary-type-assertion -- both generations in one union: the compiler needs the assertions, the linter's own does not see why */
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

/** The two ends of a connection: what the client connects by, and how the server is taken down. */
export interface Link {
  /** A further transport for a client. */
  readonly transport: () => never;
  readonly close: () => Promise<void>;
}

/** The URL of a transport over HTTP is asked for with the trace in the headers of each request, where `passes` says so. */
export interface LinkOptions {
  readonly passes?: boolean;
  /** Put around the server's listener. */
  readonly around?: (listener: RequestListener) => RequestListener;
}

type MakeServer = () => WeatherServer;

/** `fetch` as a program writes it that passes the trace on by HTTP as well. */
const passing = (url: string | URL, init?: RequestInit): Promise<Response> =>
  fetch(url, { ...init, headers: { ...Object.fromEntries(new Headers(init?.headers)), ...traceHeaders() } });

async function listen(
  listener: RequestListener,
  { around = (inner) => inner }: LinkOptions,
): Promise<{ url: URL; close: () => Promise<void> }> {
  const isLocal = localhostHostValidation();
  const server = createServer(
    around((request, response) => void (isLocal(request, response) && listener(request, response))),
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

/** Both ends in one process, without a network. */
export async function inMemory(generation: Generation, make: MakeServer): Promise<Link> {
  const [client, server] = (generation === '1.x' ? InMemory1 : InMemory2).createLinkedPair();
  const weather = make();
  await weather.connect(server as never);
  return { transport: () => client as never, close: () => weather.close() };
}

/** Streamable HTTP with sessions: a server object for each session, answers as `text/event-stream` or as JSON. */
export async function streamable(
  generation: Generation,
  make: MakeServer,
  options: LinkOptions & { readonly json?: boolean } = {},
): Promise<Link> {
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
    transport: () => new Client(url, options.passes ? { fetch: passing } : {}) as never,
    close: async () => {
      for (const transport of sessions.values()) await transport.close();
      await close();
    },
  };
}

/** 2.x: a server object for each request, for clients of both eras. */
export async function perRequest(make: MakeServer, options: LinkOptions = {}): Promise<Link> {
  const handler = createMcpHandler(make as never);
  const answer = toNodeHandler(handler);
  const { url, close } = await listen((request, response) => void answer(request, response), options);
  return {
    transport: () => new HttpClient2(url, options.passes ? { fetch: passing } : {}) as never,
    close: async () => {
      await handler.close();
      await close();
    },
  };
}

/** 1.x: a long GET for the answers, a POST for each message. */
export async function sse(
  make: MakeServer,
  options: LinkOptions & { readonly posted?: (status: number) => void } = {},
): Promise<Link> {
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
  return { transport: () => new SSEClientTransport(url, options.passes ? { fetch: passing } : {}) as never, close };
}
