import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { closeServer, listenOnLoopback } from '../loopback';
import { apiCaller } from './caller';
import type { InvocationResult, InvokeOptions } from './invocation';

/** A function that can be called by name. */
export interface Invocable {
  invoke(event: unknown, options?: InvokeOptions): Promise<InvocationResult>;
}

/** A running `InvokeFunction` API. */
export interface InvokeApi {
  /** Host and port, the form in which the official client takes its `endpoint`. */
  readonly endpoint: string;
  close(): Promise<void>;
}

const PATH = /^\/2023-03-30\/functions\/([^/?]+)\/invocations(?:\?|$)/;

async function serve(
  functions: ReadonlyMap<string, Invocable>,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const name = decodeURIComponent(PATH.exec(request.url ?? '')?.[1] ?? '');
  const target = functions.get(name);
  const event = await buffer(request);
  if (target === undefined || request.method !== 'POST') {
    response.writeHead(404, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ Code: 'FunctionNotFound', Message: `function '${name}' does not exist` }));
    return;
  }
  const { ok, body, requestId, error } = await target.invoke(event, { caller: apiCaller(request.headers) });
  const handled = error?.errorType === 'FunctionHandledError' || error?.stackTrace !== undefined;
  response.writeHead(200, {
    'content-type': 'application/octet-stream',
    'x-fc-request-id': requestId,
    ...(!ok && { 'x-fc-error-type': handled ? 'HandledInvocationError' : 'UnhandledInvocationError' }),
  });
  response.end(body);
}

/**
 * Starts the API `InvokeFunction` of FC 3.0 on a free port of the loopback interface, for functions by name. Calls are
 * synchronous and not authenticated.
 */
export async function startInvokeApi(functions: Readonly<Record<string, Invocable>>): Promise<InvokeApi> {
  const byName = new Map(Object.entries(functions));
  const server = createServer(
    (request, response) => void serve(byName, request, response).catch(() => response.destroy()),
  );
  // A client that was frozen in the meantime still uses its old connections.
  server.keepAliveTimeout = 600_000;
  return { endpoint: `127.0.0.1:${await listenOnLoopback(server)}`, close: () => closeServer(server) };
}
