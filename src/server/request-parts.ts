import type { IncomingMessage } from 'node:http';
import type { TLSSocket } from 'node:tls';
import type { FcContext } from '../fc/context';
import type { KnownBeside } from '../http/http-attributes';
import { queryOfTarget } from '../fc/http-event';
import type { RequestParts } from '../fc/http-event';

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
