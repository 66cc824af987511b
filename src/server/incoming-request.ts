import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import type { TLSSocket } from 'node:tls';
import { runsInFc } from '../fc/attributes';
import type { InstanceFacts } from '../fc/attributes';
import type { FcContext } from '../fc/context';
import { contextOf } from '../fc/context-from-headers';
import type { HeaderTrust } from '../fc/context-from-headers';
import { queryOfTarget } from '../fc/http-event';
import type { RequestParts } from '../fc/http-event';
import type { UrlParts } from '../http/http-attributes';
import { HttpError } from '../http/http-error';
import type { InvocationRunner } from '../invocation/invocation-runner';
import { withFieldsIfPossible } from '../logs/log-lines';
import { unref } from '../realms';

/**
 * Reads the body of a request. Rejects with an `HttpError` 413 if it has more than `limit` bytes, and with an error if
 * the client disconnects.
 */
export function requestBody(request: IncomingMessage, limit: number): Buffer | Promise<Buffer> {
  return hasBody(request) ? readBody(request, limit) : Buffer.alloc(0);
}

/** Whether a request has a body (RFC 9112, section 6.3). Without these headers, Node.js reads none. */
export function hasBody({ headers }: IncomingMessage): boolean {
  const length = headers['content-length'];
  return headers['transfer-encoding'] !== undefined || (length !== undefined && length !== '0');
}

function readBody(request: IncomingMessage, limit: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const pieces: Buffer[] = [];
    let bytes = 0;
    const tooLong = (): void => {
      pieces.length = 0;
      // The rest is read and discarded: a client that is still sending may not read the response.
      request.removeAllListeners('data').resume();
      reject(new HttpError(413, `the body has more than ${limit} bytes`));
    };
    if (Number(request.headers['content-length']) > limit) return tooLong();
    request.on('data', (piece: Buffer) => {
      bytes += piece.length;
      if (bytes > limit) tooLong();
      else pieces.push(piece);
    });
    request.once('end', () => resolve(Buffer.concat(pieces)));
    request.once('error', reject);
    request.once('close', () => {
      // Node.js closes each request. An error costs more than all else here.
      if (!request.complete) reject(new Error('the client disconnected before the end of the body'));
    });
  });
}

/** How long a client may continue to send a body that is discarded, in milliseconds. */
const DISCARD_MILLIS = 30_000;

/**
 * Reads and discards the rest of a body, whose response has been sent. Closing the connection earlier would reset it, and
 * a client that is still sending would get an error instead of the response.
 */
export function discardBody(request: IncomingMessage): void {
  if (request.complete || request.destroyed) return;
  const timer = unref(setTimeout(() => request.socket.destroy(), DISCARD_MILLIS));
  request.resume();
  for (const event of ['end', 'close']) request.once(event, () => clearTimeout(timer));
}

/** Whose `x-fc-*` headers are believed, by the option `trustFcHeaders`. Default: FC's, where the process runs in FC. */
export function headerTrust(option: boolean | undefined, instance: InstanceFacts): HeaderTrust {
  if (option !== undefined) return option ? 'all' : 'none';
  return runsInFc(instance) ? 'platform' : 'none';
}

/** FC's context of a request. `isCorrelated`: its logger adds trace ids, unless the option `logCorrelation` is false. */
export function requestContext(
  fcHeaders: IncomingHttpHeaders,
  { config: { instance }, options: { logCorrelation } }: InvocationRunner,
  isCorrelated: boolean,
): FcContext {
  return contextOf(fcHeaders, instance, isCorrelated && logCorrelation !== false ? withFieldsIfPossible : undefined);
}

/** The parts of a request to a Node.js server. `fcHeaders`: the headers of FC that are believed. */
export function requestParts(
  request: IncomingMessage,
  context: FcContext,
  fcHeaders: IncomingHttpHeaders,
): RequestParts {
  return {
    method: request.method ?? 'GET',
    target: request.url ?? '/',
    headers: request.headers,
    protocol: `HTTP/${request.httpVersion}`,
    // The connection itself comes from FC.
    sourceIp: (fcHeaders['x-fc-client-ip'] as string | undefined) ?? request.socket.remoteAddress,
    requestId: context.requestId,
    accountId: context.accountId,
  };
}

/** Scheme and query of a request, which its event does not contain. */
export function urlPartsOf({ socket, url = '' }: IncomingMessage): UrlParts {
  return { scheme: (socket as TLSSocket).encrypted ? 'https' : 'http', query: queryOfTarget(url) };
}
