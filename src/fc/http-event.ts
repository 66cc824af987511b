import type { Readable } from 'node:stream';

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
  if (target.startsWith('/')) return target;
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
  if (!path.includes('%')) return path;
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

/** Adds a value to those of a name, which may be that of an inherited property. */
function addTo(record: Record<string, string>, name: string, value: string): void {
  if (!(name in record)) record[name] = value;
  else if (Object.hasOwn(record, name)) record[name] = `${record[name]!},${value}`;
  else Object.defineProperty(record, name, { value, writable: true, enumerable: true, configurable: true });
}

function headersOf(headers: RequestParts['headers']): Record<string, string> {
  const record: Record<string, string> = {};
  for (const name of Object.keys(headers)) {
    const value = headers[name];
    if (value === undefined) continue;
    const text = typeof value === 'string' ? value : value.join(', ');
    // Those of Node.js are in lower case.
    const key = name.toLowerCase();
    if (key in record) addTo(record, key, text);
    else record[key] = text;
  }
  return record;
}

let lastMillis = Number.NaN;
let lastTimes = { time: '', timeEpoch: '' };

/** A time as FC writes it. Requests that arrive in the same millisecond share it, because formatting takes long. */
function timesOf(millis: number): Readonly<typeof lastTimes> {
  if (millis !== lastMillis) {
    lastTimes = { time: new Date(millis).toISOString(), timeEpoch: String(millis) };
    lastMillis = millis;
  }
  return lastTimes;
}

/** An encoded character, a second question mark, which the parser skips, or characters that it may replace. */
const NEEDS_PARSER = /[%+]|^\?|[^\0-\x7f]/;

function queryParametersOf(query: string): Record<string, string> {
  const record: Record<string, string> = {};
  if (query === '') return record;
  if (NEEDS_PARSER.test(query)) new URLSearchParams(query).forEach((value, name) => addTo(record, name, value));
  else {
    let equals = query.indexOf('=');
    for (let start = 0; start < query.length;) {
      const next = query.indexOf('&', start);
      const end = next < 0 ? query.length : next;
      // Each character is searched once, also if there are many pairs without a value.
      if (equals >= 0 && equals < start) equals = query.indexOf('=', start);
      if (equals >= 0 && equals < end) addTo(record, query.slice(start, equals), query.slice(equals + 1, end));
      else if (start < end) addTo(record, query.slice(start, end), '');
      start = end + 1;
    }
  }
  return record;
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
  const end = origin.indexOf('?');
  const rawPath = end < 0 ? origin : origin.slice(0, end);
  const known = headersOf(headers);
  // Not `Date.now`, which tests and polyfills replace by functions that return anything.
  const { time, timeEpoch } = timesOf(new Date().getTime());
  // Without spread syntax, which takes longer than all else here.
  const http: { -readonly [K in keyof HttpRequestContext['http']]: HttpRequestContext['http'][K] } = {
    method,
    path: decodedPath(rawPath),
  };
  if (protocol !== undefined) http.protocol = protocol;
  if (sourceIp !== undefined) http.sourceIp = sourceIp;
  const userAgent = known['user-agent'];
  if (userAgent !== undefined) http.userAgent = userAgent;
  const requestContext: { -readonly [K in keyof HttpRequestContext]?: HttpRequestContext[K] } = {};
  if (accountId !== undefined) requestContext.accountId = accountId;
  const { host } = known;
  if (host !== undefined) {
    requestContext.domainName = host;
    const dot = host.indexOf('.');
    requestContext.domainPrefix = dot < 0 ? host : host.slice(0, dot);
  }
  if (requestId !== undefined) requestContext.requestId = requestId;
  requestContext.time = time;
  requestContext.timeEpoch = timeEpoch;
  requestContext.http = http;
  return {
    version: 'v1',
    rawPath,
    headers: known,
    queryParameters: queryParametersOf(end < 0 ? '' : origin.slice(end + 1)),
    isBase64Encoded: false,
    requestContext: requestContext as HttpRequestContext,
  };
}
