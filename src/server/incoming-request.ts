import type { IncomingMessage } from 'node:http';
import type { TLSSocket } from 'node:tls';
import type { FcContext } from '../fc/context';
import { queryOfTarget } from '../fc/http-event';
import type { RequestParts } from '../fc/http-event';
import type { KnownBeside } from '../http/http-attributes';
import { HttpError } from '../http/http-error';

/** All of a request's body. Rejects with a 413 when it has more than `limit` bytes, and when the client goes away before its end. */
export function requestBody(request: IncomingMessage, limit: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const pieces: Buffer[] = [];
    let bytes = 0;
    const tooLong = (): void => {
      pieces.length = 0;
      // The rest is read and forgotten: a client that is still sending would not hear the answer.
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
    request.once('close', () => reject(new Error('the client went away before the body ended')));
  });
}

/** What a request of Node's own server consists of. */
export function requestParts(request: IncomingMessage, context: FcContext): RequestParts {
  return {
    method: request.method ?? 'GET',
    target: request.url ?? '/',
    headers: request.headers,
    protocol: `HTTP/${request.httpVersion}`,
    // To the function, the connection comes from FC.
    sourceIp: (request.headers['x-fc-client-ip'] as string | undefined) ?? request.socket.remoteAddress,
    requestId: context.requestId,
    accountId: context.accountId,
  };
}

/** What a request tells that an event does not hold. */
export function knownBeside({ socket, url = '' }: IncomingMessage): KnownBeside {
  return { scheme: (socket as TLSSocket).encrypted ? 'https' : 'http', query: queryOfTarget(url) };
}
