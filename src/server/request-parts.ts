import type { IncomingMessage } from 'node:http';
import type { TLSSocket } from 'node:tls';
import type { FcContext } from '../fc/context';
import type { RequestParts } from '../http/http-event';

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

/** The scheme that the connection itself shows. */
export function schemeOf({ socket }: IncomingMessage): 'http' | 'https' {
  return (socket as TLSSocket).encrypted ? 'https' : 'http';
}
