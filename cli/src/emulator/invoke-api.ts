import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { closeServer, listenOnLoopback } from '../loopback';
import { apiCaller } from './caller';
import { newRequestId } from './invocation';
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

// FC 3.0, and FC 2.0 with its services.
const PATH = /^\/(?:2023-03-30|(?:2016-08-15|2021-04-06)\/services\/[^/?]+)\/functions\/([^/?]+)\/invocations(?:\?|$)/;

/** Answers requests that are no invocations. Resolves to whether it did. */
export type OtherRequests = (request: IncomingMessage, response: ServerResponse) => Promise<boolean>;

async function serve(
  functions: ReadonlyMap<string, Invocable>,
  request: IncomingMessage,
  response: ServerResponse,
  otherRequests: OtherRequests | undefined,
): Promise<void> {
  if (!PATH.test(request.url ?? '') && (await otherRequests?.(request, response)) === true) return;
  const name = decodeURIComponent(PATH.exec(request.url ?? '')?.[1] ?? '');
  const target = functions.get(name);
  const event = await buffer(request);
  if (target === undefined || request.method !== 'POST') {
    response.writeHead(404, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ Code: 'FunctionNotFound', Message: `function '${name}' does not exist` }));
    return;
  }
  if (String(request.headers['x-fc-invocation-type']).toLowerCase() === 'async') {
    response.writeHead(202, { 'x-fc-request-id': newRequestId('3.0') }).end();
    await target.invoke(event, { caller: apiCaller(request.headers) });
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
 * Starts the API `InvokeFunction` on the loopback interface, for functions by name, on any free port by default. Calls
 * are not authenticated. An asynchronous one is answered at once, and not retried.
 */
export async function startInvokeApi(
  functions: Readonly<Record<string, Invocable>>,
  { port = 0, otherRequests }: { readonly port?: number; readonly otherRequests?: OtherRequests } = {},
): Promise<InvokeApi> {
  const byName = new Map(Object.entries(functions));
  const server = createServer(
    (request, response) => void serve(byName, request, response, otherRequests).catch(() => response.destroy()),
  );
  // A client that was frozen in the meantime still uses its old connections.
  server.keepAliveTimeout = 600_000;
  return { endpoint: `127.0.0.1:${await listenOnLoopback(server, port)}`, close: () => closeServer(server) };
}
