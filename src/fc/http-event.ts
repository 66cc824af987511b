import type { Readable } from 'node:stream';
import { readField } from '../safe-access';

/** Properties of a request other than its path, query, headers and body. */
export interface HttpRequestContext {
  readonly accountId?: string;
  readonly domainName?: string;
  readonly domainPrefix?: string;
  readonly requestId?: string;
  /** When the request arrived, in ISO 8601 format. */
  readonly time?: string;
  /** When the request arrived, in milliseconds since the Unix epoch, as a decimal string. */
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
 * An HTTP request in the format that FC 3.0 passes to a function on a built-in runtime. Requests in the other two
 * formats, `(req, resp, context)` of FC 2.0 and those of a custom runtime, are converted to it, so one class serves all
 * three.
 *
 * Values of a header or query parameter that occurs several times are joined by commas. Header names are in lower case,
 * except on built-in runtimes of FC 3.0, where they are as the client sent them.
 */
export interface HttpEvent {
  readonly version: 'v1';
  /** The percent-encoded path. The decoded path is `requestContext.http.path`. */
  readonly rawPath: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly queryParameters: Readonly<Record<string, string>>;
  readonly requestContext: HttpRequestContext;
  /** The body: base64 if `isBase64Encoded` is true, otherwise text. */
  readonly body: string;
  readonly isBase64Encoded: boolean;
}

/** An HTTP request whose body is a stream that may still be arriving. `serve(Class, { body: 'stream' })` passes it. */
export type HttpStreamEvent = Omit<HttpEvent, 'body'> & { readonly body: Readable };

/** The request of an HTTP function of FC 2.0. It is a stream of the request's body. */
export interface Fc2Request extends Readable {
  readonly method: string;
  readonly url: string;
  /**
   * The path relative to the function. `url` may start with the function's path:
   * `/2016-08-15/proxy/<service>/<function>/…`.
   */
  readonly path?: string;
  readonly clientIP?: string;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly body?: Buffer;
}

/** The response of an HTTP function of FC 2.0. */
export interface Fc2Response {
  setStatusCode(code: number): void;
  setHeader(name: string, value: string | readonly string[]): void;
  send(body: string | Buffer | Readable): void;
}

/** Whether a value is the response that FC 2.0 passes as the second argument of `(req, resp, context)`. */
export function isFc2Response(value: unknown): value is Fc2Response {
  return typeof readField(value, 'setStatusCode') === 'function' && typeof readField(value, 'send') === 'function';
}

/** The parts of a request in any format. */
export interface RequestParts {
  readonly method: string;
  /** The request target: path and query as they were in the request line. */
  readonly target: string;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly protocol?: string | undefined;
  readonly sourceIp?: string | undefined;
  readonly requestId?: string | undefined;
  readonly accountId?: string | undefined;
}

/**
 * Converts a request target to origin-form: removes scheme, user and host, which a client may send (RFC 9112, section
 * 3.2.2).
 */
export function originForm(target: string): string {
  const match = /^[a-z][a-z0-9+.-]*:\/\/[^/?#]*/i.exec(target);
  if (match === null) return target;
  const rest = target.slice(match[0].length);
  return rest.startsWith('/') ? rest : `/${rest}`;
}

/** The query of a request target without the question mark, or an empty string. */
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

function recordOf(entries: Iterable<readonly [string, string]>): Record<string, string> {
  const found = new Map<string, string>();
  for (const [name, value] of entries) {
    const before = found.get(name);
    found.set(name, before === undefined ? value : `${before},${value}`);
  }
  // `fromEntries` defines own properties, so that `__proto__` is an ordinary name.
  return Object.fromEntries(found);
}

function headerEntries(headers: RequestParts['headers']): [string, string][] {
  return Object.entries(headers).flatMap(([name, value]): [string, string][] =>
    value === undefined ? [] : [[name.toLowerCase(), typeof value === 'string' ? value : value.join(', ')]],
  );
}

/** Converts a request to the format of FC 3.0, without its body. */
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
  const known = recordOf(headerEntries(headers));
  const now = new Date();
  return {
    version: 'v1',
    rawPath,
    headers: known,
    queryParameters: recordOf(new URLSearchParams(queryOfTarget(origin))),
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
