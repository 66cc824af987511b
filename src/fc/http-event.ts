import type { Readable } from 'node:stream';
import { readField } from '../safe-access';

/** What is known of a request besides its path, query, headers and body. */
export interface HttpRequestContext {
  readonly accountId?: string;
  readonly domainName?: string;
  readonly domainPrefix?: string;
  readonly requestId?: string;
  /** ISO 8601. */
  readonly time?: string;
  /** Milliseconds since 1970, as text. */
  readonly timeEpoch?: string;
  readonly http: {
    readonly method: string;
    readonly path: string;
    readonly protocol?: string;
    readonly sourceIp?: string;
    readonly userAgent?: string;
  };
}

/**
 * An HTTP request as FC 3.0 hands it to a function on a built-in runtime. The other two forms, `(req, resp, context)` of FC 2.0 and
 * the custom runtime, are brought into the same shape, so that one class serves all three. Of names that come several times in headers or query,
 * the values stand joined by commas. On built-in runtimes the case of header names is the client's; in the other forms it is lower.
 */
export interface HttpEvent {
  readonly version: 'v1';
  /** The path, still percent-encoded. The decoded one is `requestContext.http.path`. */
  readonly rawPath: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly queryParameters: Readonly<Record<string, string>>;
  readonly requestContext: HttpRequestContext;
  /** Text, or base64 where `isBase64Encoded` says so. */
  readonly body: string;
  readonly isBase64Encoded: boolean;
}

/** A request whose body is still arriving: what `serve(Class, { body: 'stream' })` gives. */
export type HttpStreamEvent = Omit<HttpEvent, 'body'> & { readonly body: Readable };

/** The request of FC 2.0's HTTP functions, also a stream of its body. */
export interface Fc2Request extends Readable {
  readonly method: string;
  readonly url: string;
  /** The path below the function; `url` may have the function's own place before it: `/2016-08-15/proxy/<service>/<function>/…`. */
  readonly path?: string;
  readonly clientIP?: string;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly body?: Buffer;
}

/** The response of FC 2.0's HTTP functions. */
export interface Fc2Response {
  setStatusCode(code: number): void;
  setHeader(name: string, value: string | readonly string[]): void;
  send(body: string | Buffer | Readable): void;
}

/** Whether a call has FC 2.0's form `(req, resp, context)`. */
export function isFc2Response(value: unknown): value is Fc2Response {
  return typeof readField(value, 'setStatusCode') === 'function' && typeof readField(value, 'send') === 'function';
}

/** The parts that a request of any form consists of. */
export interface RequestParts {
  readonly method: string;
  /** Path and query as they stood in the request line. */
  readonly target: string;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly protocol?: string | undefined;
  readonly sourceIp?: string | undefined;
  readonly requestId?: string | undefined;
  readonly accountId?: string | undefined;
}

/** A request's target without scheme, user and host, which a client may send along (RFC 9112, section 3.2.2). */
export function originForm(target: string): string {
  const match = /^[a-z][a-z0-9+.-]*:\/\/[^/?#]*/i.exec(target);
  if (match === null) return target;
  const rest = target.slice(match[0].length);
  return rest.startsWith('/') ? rest : `/${rest}`;
}

/** The query of a request's target, without its question mark; empty where there is none. */
export function queryOfTarget(target: string): string {
  const start = target.indexOf('?');
  return start < 0 ? '' : target.slice(start + 1);
}

function decodedPath(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

function record(entries: Iterable<readonly [string, string]>): Record<string, string> {
  // Without a prototype a name such as `__proto__` is a name like any other.
  const found = Object.create(null) as Record<string, string>;
  for (const [name, value] of entries) found[name] = name in found ? `${found[name]},${value}` : value;
  return found;
}

function headerEntries(headers: RequestParts['headers']): [string, string][] {
  return Object.entries(headers).flatMap(([name, value]): [string, string][] =>
    value === undefined ? [] : [[name.toLowerCase(), typeof value === 'string' ? value : value.join(', ')]],
  );
}

/** A request in FC 3.0's shape, without its body. */
export function httpEventOf({
  method,
  target,
  headers,
  protocol,
  sourceIp,
  requestId,
  accountId,
}: RequestParts): Omit<HttpEvent, 'body'> {
  const origin = originForm(target);
  const rawPath = origin.split('?', 1)[0]!;
  const known = record(headerEntries(headers));
  const now = new Date();
  return {
    version: 'v1',
    rawPath,
    headers: known,
    queryParameters: record(new URLSearchParams(queryOfTarget(origin))),
    isBase64Encoded: false,
    requestContext: {
      ...(accountId !== undefined && { accountId }),
      ...(known.host !== undefined && { domainName: known.host, domainPrefix: known.host.split('.')[0]! }),
      ...(requestId !== undefined && { requestId }),
      time: now.toISOString(),
      timeEpoch: String(now.getTime()),
      http: {
        method,
        path: decodedPath(rawPath),
        ...(protocol !== undefined && { protocol }),
        ...(sourceIp !== undefined && { sourceIp }),
        ...(known['user-agent'] !== undefined && { userAgent: known['user-agent'] }),
      },
    },
  };
}
