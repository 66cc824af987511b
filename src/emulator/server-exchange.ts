import { request as httpRequest } from 'node:http';
import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import type { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import type { ErrorAnswer } from './messages';
import { throughHeaders } from './server-headers';

/** What came of a request, as FC keeps it in its books. */
export interface Outcome {
  readonly body?: Buffer;
  readonly error?: ErrorAnswer;
}

interface Sending {
  readonly method: string;
  readonly path: string;
  readonly headers: OutgoingHttpHeaders;
  readonly body: Readable | Buffer;
  /** Cuts the connection when it is aborted. */
  readonly signal?: AbortSignal;
}

function send(port: number, timeout: number, { method, path, headers, body, signal }: Sending): Promise<IncomingMessage> {
  return new Promise((answered, failed) => {
    const request = httpRequest({ host: '127.0.0.1', port, method, path, headers, ...(signal && { signal }) }, answered);
    const timer = setTimeout(() => request.destroy(new Error(`Function timed out after ${timeout} seconds`)), timeout * 1000);
    request.once('error', failed).once('close', () => clearTimeout(timer));
    if (Buffer.isBuffer(body)) request.end(body);
    else body.pipe(request);
  });
}

/** Sends a call of FC's own, an event or a hook, and reads what the function says of it. */
export async function control(port: number, timeout: number, method: 'GET' | 'POST', path: string, headers: OutgoingHttpHeaders, event: Buffer): Promise<Outcome> {
  const sent = { ...headers, 'content-type': 'application/octet-stream', 'content-length': event.length };
  const response = await send(port, timeout, { method, path, headers: sent, body: event });
  const body = await buffer(response);
  if (response.headers['x-fc-status'] !== '404' && response.statusCode! < 400) return { body };
  try {
    return { error: JSON.parse(body.toString()) as ErrorAnswer };
  } catch {
    return { error: { errorMessage: body.toString() } };
  }
}

/** Hands a client's request on, and the response back as it comes. `headers` are FC's. Rejects when the function gave no whole response. */
export async function passThrough(port: number, timeout: number, incoming: IncomingMessage, outgoing: ServerResponse, headers: OutgoingHttpHeaders): Promise<Outcome> {
  const gone = new AbortController();
  outgoing.once('close', () => gone.abort());
  try {
    const sent = { ...throughHeaders(incoming.headers), ...headers };
    const response = await send(port, timeout, { method: incoming.method ?? 'GET', path: incoming.url ?? '/', headers: sent, body: incoming, signal: gone.signal });
    outgoing.writeHead(response.statusCode!, { ...throughHeaders(response.headers), 'x-fc-request-id': headers['x-fc-request-id'] });
    // A stream of events says nothing for long: its client must know that it is there.
    outgoing.flushHeaders();
    await pipeline(response, outgoing);
    return response.headers['x-fc-status'] === '404' ? { error: { errorMessage: 'the function reported a failure', errorType: 'FunctionHandledError' } } : {};
  } catch (error) {
    // A client that leaves, as those that listen to events do, is no failure of the function.
    if (error instanceof Error && (error.name === 'AbortError' || (error as NodeJS.ErrnoException).code === 'ERR_STREAM_PREMATURE_CLOSE')) return {};
    if (!outgoing.headersSent) outgoing.writeHead(502, { 'x-fc-error-type': 'UnhandledInvocationError' });
    outgoing.end();
    throw error;
  }
}
