import { request as httpRequest } from 'node:http';
import type { ClientRequest, IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import type { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import type { ErrorAnswer } from './instance-protocol';
import { throughHeaders } from './fc-headers';

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
  /** Is given the request before it is answered. */
  readonly onSent?: (request: ClientRequest) => void;
}

function send(
  port: number,
  timeout: number,
  { method, path, headers, body, onSent }: Sending,
): Promise<IncomingMessage> {
  return new Promise((answered, failed) => {
    const request = httpRequest({ host: '127.0.0.1', port, method, path, headers }, answered);
    onSent?.(request);
    const timer = setTimeout(
      () => request.destroy(new Error(`Function timed out after ${timeout} seconds`)),
      timeout * 1000,
    );
    request.on('error', failed).once('close', () => clearTimeout(timer));
    if (Buffer.isBuffer(body)) request.end(body);
    else body.pipe(request);
  });
}

/** Sends a call of FC's own, an event or a hook, and reads what the function says of it. */
export async function control(
  port: number,
  timeout: number,
  method: 'GET' | 'POST',
  path: string,
  headers: OutgoingHttpHeaders,
  event: Buffer,
): Promise<Outcome> {
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

// A server that does not close a connection which its client has closed is not waited for.
const HANG_UP_MILLIS = 1000;

/** Leaves the function as a client does that hangs up. Resolves when the function has seen it. */
async function hangUp(request: ClientRequest, response: IncomingMessage | undefined): Promise<void> {
  // It has answered, and the connection may be another request's already.
  if (response?.complete === true) return void response.resume();
  const { socket } = request;
  if (socket === null || socket.destroyed) return void request.destroy();
  const timer = setTimeout(() => socket.destroy(), HANG_UP_MILLIS);
  const closed = new Promise((resolve) => socket.once('close', resolve));
  socket.end();
  response?.resume();
  await closed;
  clearTimeout(timer);
}

/** Hands a response on; rejects when it broke off, or nobody takes it any more. Closes neither. */
function handOn(response: IncomingMessage, outgoing: ServerResponse, requestId: unknown): Promise<void> {
  return new Promise((whole, broken) => {
    response.on('error', broken);
    if (outgoing.destroyed) return broken(new Error('the client left before the response began'));
    outgoing.writeHead(response.statusCode!, {
      ...throughHeaders(response.headers),
      'x-fc-request-id': String(requestId),
    });
    // A stream of events says nothing for long: its client must know that it is there.
    outgoing.flushHeaders();
    outgoing.once('finish', whole).once('close', () => broken(new Error('the client left')));
    response.pipe(outgoing);
  });
}

/** Hands a client's request on, and the response back as it comes. `headers` are FC's. Rejects when the function gave no whole response. */
export async function passThrough(
  port: number,
  timeout: number,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  headers: OutgoingHttpHeaders,
): Promise<Outcome> {
  // It left while it waited for its turn.
  if (outgoing.destroyed) return {};
  let request: ClientRequest | undefined;
  let response: IncomingMessage | undefined;
  let left: Promise<void> | undefined;
  outgoing.once('close', () => {
    if (!outgoing.writableFinished && request !== undefined) left = hangUp(request, response);
  });
  try {
    const sent = { ...throughHeaders(incoming.headers), ...headers };
    const onSent = (made: ClientRequest): void => void (request = made);
    response = await send(port, timeout, {
      method: incoming.method ?? 'GET',
      path: incoming.url ?? '/',
      headers: sent,
      body: incoming,
      onSent,
    });
    await handOn(response, outgoing, headers['x-fc-request-id']);
    return response.headers['x-fc-status'] === '404'
      ? { error: { errorMessage: 'the function reported a failure', errorType: 'FunctionHandledError' } }
      : {};
  } catch (error) {
    // A client that leaves, as those that listen to events do, is no failure of the function.
    if (left !== undefined) {
      response?.resume();
      await left;
      return {};
    }
    if (outgoing.headersSent) outgoing.destroy();
    else outgoing.writeHead(502, { 'x-fc-error-type': 'UnhandledInvocationError' }).end();
    throw error;
  }
}
