import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { httpCaller } from './caller';
import { httpEvent, httpResponse } from './http-event';
import type { EventMaker, Invocation, InvokeOptions } from './invocation';

/** A function that an HTTP trigger can stand before: one that takes events, or a server. */
export type Triggered =
  | { invoke(event: EventMaker, options: InvokeOptions): Promise<Invocation> }
  | { http(request: IncomingMessage, response: ServerResponse): Promise<Invocation> };

/** A running HTTP trigger. */
export interface HttpTrigger {
  /** Where clients send their requests; without a slash at its end. */
  readonly url: string;
  /** Makes a request and reads its response to the end. Resolves to what FC has in its books of it, with the response's body. */
  call(path: string, init?: RequestInit): Promise<Invocation>;
  close(): Promise<void>;
}

// What FC answers where a function failed is not published; this is what its error page says.
const FAILED = 502;

async function serveEvent(
  target: Extract<Triggered, { invoke: unknown }>,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<Invocation> {
  const body = await buffer(request);
  const invocation = await target.invoke((traceparent) => httpEvent(request, body, traceparent), {
    caller: httpCaller(request.headers),
  });
  const answer = invocation.ok
    ? httpResponse(invocation.body)
    : {
        status: FAILED,
        headers: { 'content-type': 'application/json', 'x-fc-error-type': 'UnhandledInvocationError' },
        body: invocation.body,
      };
  response.writeHead(answer.status, { ...answer.headers, 'x-fc-request-id': invocation.requestId }).end(answer.body);
  return invocation;
}

/** Starts a listener on a free port of the loopback interface that plays the HTTP trigger of a function. */
export async function startHttpTrigger(target: Triggered): Promise<HttpTrigger> {
  const invocations = new Map<string, Promise<Invocation>>();
  const server = createServer((request, response) => {
    const serving = 'http' in target ? target.http(request, response) : serveEvent(target, request, response);
    const key = request.headers['x-fc-traced-call'];
    if (typeof key === 'string') invocations.set(key, serving);
    serving.catch(() => response.destroy());
  });
  // An instance that was frozen meanwhile uses its connections as it left them.
  server.keepAliveTimeout = 600_000;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(0, '127.0.0.1', resolve);
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  let calls = 0;
  return {
    url,
    async call(path, init = {}) {
      const key = String((calls += 1));
      const headers = new Headers(init.headers);
      // Tells this call's entry in FC's books from others; FC's own headers never reach the function.
      headers.set('x-fc-traced-call', key);
      const response = await fetch(url + path, { ...init, headers });
      const body = Buffer.from(await response.arrayBuffer());
      const invocation = await invocations.get(key)!;
      invocations.delete(key);
      return { ...invocation, ok: response.ok, body };
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
