import { request as httpRequest } from 'node:http';
import type { ClientRequest, IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import type { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { forwardedHeaders } from './fc-headers';
import type { ErrorResponse } from './instance-protocol';

/** The result of a request to a custom runtime. */
export interface RequestOutcome {
  readonly body?: Buffer;
  readonly error?: ErrorResponse;
  /** Whether the server did not answer in time. */
  readonly timedOut?: boolean;
}

/** The server did not answer within the timeout of the function. */
export class FunctionTimeout extends Error {}

interface RequestToSend {
  readonly method: string;
  readonly path: string;
  readonly headers: OutgoingHttpHeaders;
  readonly body: Readable | Buffer;
  /** Receives the request before the response comes. */
  readonly onRequest?: (request: ClientRequest) => void;
}

function send(
  port: number,
  timeout: number,
  { method, path, headers, body, onRequest }: RequestToSend,
): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const request = httpRequest({ host: '127.0.0.1', port, method, path, headers }, resolve);
    onRequest?.(request);
    const timer = setTimeout(
      () => request.destroy(new FunctionTimeout(`Function timed out after ${timeout} seconds`)),
      timeout * 1000,
    );
    request.on('error', reject).once('close', () => clearTimeout(timer));
    if (Buffer.isBuffer(body)) request.end(body);
    else body.pipe(request);
  });
}

/** Sends a request of FC's own, an event or a hook, and reads the response. */
export async function sendControlRequest(
  port: number,
  timeout: number,
  method: 'GET' | 'POST',
  path: string,
  commonHeaders: OutgoingHttpHeaders,
  event: Buffer,
): Promise<RequestOutcome> {
  const headers = {
    ...commonHeaders,
    'content-type': 'application/octet-stream',
    'content-length': event.length,
  };
  const response = await send(port, timeout, { method, path, headers, body: event });
  const body = await buffer(response);
  if (response.headers['x-fc-status'] !== '404' && response.statusCode! < 400) return { body };
  try {
    return { error: JSON.parse(body.toString()) as ErrorResponse };
  } catch {
    return { error: { errorMessage: body.toString() } };
  }
}

// How long FC waits for a server to close a connection that its client has closed.
const DISCONNECT_TIMEOUT_MILLIS = 1000;

/** Closes the connection to the function as a client does. Resolves when the function has noticed. */
async function disconnect(request: ClientRequest, response: IncomingMessage | undefined): Promise<void> {
  // The response is complete, and another request may already use the connection.
  if (response?.complete === true) return void response.resume();
  const { socket } = request;
  if (socket === null || socket.destroyed) return void request.destroy();
  const timer = setTimeout(() => socket.destroy(), DISCONNECT_TIMEOUT_MILLIS);
  const closed = new Promise((resolve) => socket.once('close', resolve));
  socket.end();
  response?.resume();
  await closed;
  clearTimeout(timer);
}

/** Forwards a response. Rejects when it is cut off or the client disconnects; closes neither connection. */
function forwardResponse(response: IncomingMessage, outgoing: ServerResponse, requestId: unknown): Promise<void> {
  return new Promise((resolve, reject) => {
    response.on('error', reject);
    if (outgoing.destroyed) return reject(new Error('the client disconnected before the response began'));
    outgoing.writeHead(response.statusCode!, {
      ...forwardedHeaders(response.headers),
      'x-fc-request-id': String(requestId),
    });
    // A stream of events may send nothing for a long time, but its client must see that the connection is open.
    outgoing.flushHeaders();
    outgoing.once('finish', resolve).once('close', () => reject(new Error('the client disconnected')));
    response.pipe(outgoing);
  });
}

/**
 * Forwards a client's request to the function with FC's headers, and the response to the client as it arrives. Rejects
 * when the function sends no complete response.
 */
export async function forwardRequest(
  port: number,
  timeout: number,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  commonHeaders: OutgoingHttpHeaders,
): Promise<RequestOutcome> {
  // The client disconnected while its request was waiting.
  if (outgoing.destroyed) return {};
  let request: ClientRequest | undefined;
  let response: IncomingMessage | undefined;
  let disconnecting: Promise<void> | undefined;
  outgoing.once('close', () => {
    if (!outgoing.writableFinished && request !== undefined) disconnecting = disconnect(request, response);
  });
  try {
    response = await send(port, timeout, {
      method: incoming.method ?? 'GET',
      path: incoming.url ?? '/',
      headers: { ...forwardedHeaders(incoming.headers), ...commonHeaders },
      body: incoming,
      onRequest: (sent) => void (request = sent),
    });
    await forwardResponse(response, outgoing, commonHeaders['x-fc-request-id']);
    return response.headers['x-fc-status'] === '404'
      ? { error: { errorMessage: 'the function reported a failure', errorType: 'FunctionHandledError' } }
      : {};
  } catch (error) {
    // A client that disconnects, for example from a stream of events, is not a failure of the function.
    if (disconnecting !== undefined) {
      response?.resume();
      await disconnecting;
      return {};
    }
    if (outgoing.headersSent) outgoing.destroy();
    else outgoing.writeHead(502, { 'x-fc-error-type': 'UnhandledInvocationError' }).end();
    throw error;
  }
}
