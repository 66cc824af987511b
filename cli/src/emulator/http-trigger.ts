import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { closeServer, listenOnLoopback } from '../loopback';
import { httpCaller } from './caller';
import { httpEvent, httpResponse } from './http-event';
import type { EventFactory, InvocationResult, InvokeOptions } from './invocation';

/** A function that an HTTP trigger can call: one that takes events, or a server. */
export type TriggerTarget =
  | { invoke(event: EventFactory, options: InvokeOptions): Promise<InvocationResult> }
  | { http(request: IncomingMessage, response: ServerResponse): Promise<InvocationResult> };

/** A running HTTP trigger. */
export interface HttpTrigger {
  /** The base URL for clients, without a trailing slash. */
  readonly url: string;
  /**
   * Sends a request and reads its response. Resolves to FC's result of the invocation, with the body of the response.
   */
  call(path: string, init?: RequestInit): Promise<InvocationResult>;
  close(): Promise<void>;
}

// FC's documents do not say how an HTTP trigger responds when the function fails.
const FUNCTION_FAILED_STATUS = 502;
// Matches a `call()` to the invocation that it causes. FC's own headers are not forwarded to the function.
const CALL_HEADER = 'x-fc-traced-call';

async function serveEvent(
  target: Extract<TriggerTarget, { invoke: unknown }>,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<InvocationResult> {
  const requestBody = await buffer(request);
  const result = await target.invoke((traceparent) => httpEvent(request, requestBody, traceparent), {
    caller: httpCaller(request.headers),
  });
  const { status, headers, body } = result.ok
    ? httpResponse(result.body)
    : {
        status: FUNCTION_FAILED_STATUS,
        headers: { 'content-type': 'application/json', 'x-fc-error-type': 'UnhandledInvocationError' },
        body: result.body,
      };
  response.writeHead(status, { ...headers, 'x-fc-request-id': result.requestId }).end(body);
  return result;
}

/** Starts an HTTP trigger of a function on the loopback interface. `port` 0, the default, is any free port. */
export async function startHttpTrigger(target: TriggerTarget, port = 0): Promise<HttpTrigger> {
  const results = new Map<string, Promise<InvocationResult>>();
  const server = createServer((request, response) => {
    const result = 'http' in target ? target.http(request, response) : serveEvent(target, request, response);
    const callId = request.headers[CALL_HEADER];
    if (typeof callId === 'string') results.set(callId, result);
    result.catch(() => response.destroy());
  });
  // A client that was frozen in the meantime still uses its old connections.
  server.keepAliveTimeout = 600_000;
  const url = `http://127.0.0.1:${await listenOnLoopback(server, port)}`;
  let calls = 0;
  return {
    url,
    async call(path, init = {}) {
      const callId = String((calls += 1));
      const headers = new Headers(init.headers);
      headers.set(CALL_HEADER, callId);
      const response = await fetch(url + path, { ...init, headers });
      const body = Buffer.from(await response.arrayBuffer());
      const result = await results.get(callId)!;
      results.delete(callId);
      return { ...result, ok: response.status < 400, body, status: response.status };
    },
    close: () => closeServer(server),
  };
}
