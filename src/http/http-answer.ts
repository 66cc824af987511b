import { types } from 'node:util';
import { isBodyStream } from './body';
import { isHttpError } from './http-error';

/**
 * A response with status and headers. An entry method may return it; any other value becomes a response with status
 * 200.
 */
export interface HttpResponse {
  /** The status code: an integer from 200 to 599. */
  readonly statusCode: number;
  /** The headers. A header with several values is an array; `undefined` omits a header. */
  readonly headers?: Readonly<Record<string, string | number | readonly string[] | undefined>> | Headers;
  /** Whether a string in `body` is base64. Default: false. */
  readonly isBase64Encoded?: boolean;
  /** A string, bytes, a Node.js or web stream, an async iterable of strings and bytes, or a value that becomes JSON. */
  readonly body?: unknown;
}

/** A response in the internal format. Header names are in lower case. */
export interface HttpAnswer {
  readonly statusCode: number;
  readonly headers: ReadonlyMap<string, string | readonly string[]>;
  /** A string, a `Buffer`, a stream, or `undefined`. */
  readonly body: unknown;
  /** The returned value, if it is a response in the format of FC already. */
  readonly fcResponse?: object;
}

const JSON_TYPE = 'application/json';

function isStatus(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) >= 200 && (value as number) <= 599;
}

function isBytes(value: unknown): value is ArrayBufferView | ArrayBuffer {
  return ArrayBuffer.isView(value) || types.isAnyArrayBuffer(value);
}

function bytesOf(value: ArrayBufferView | ArrayBuffer): Buffer {
  return ArrayBuffer.isView(value) ? Buffer.from(value.buffer, value.byteOffset, value.byteLength) : Buffer.from(value);
}

/** Whether a value is a web `Response`, of Node.js or another implementation. */
function isWebResponse(value: object): value is Response {
  return (
    isStatus(Reflect.get(value, 'status')) &&
    typeof Reflect.get(value, 'arrayBuffer') === 'function' &&
    typeof Reflect.get(value, 'headers') === 'object'
  );
}

function headerText(value: unknown): string {
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
}

/** Whether headers are a list of names and values: a web `Headers`, a `Map`, or an array of pairs. */
function isHeaderList(given: unknown): given is Iterable<readonly [string, unknown]> {
  return typeof given === 'object' && given !== null && Symbol.iterator in given;
}

function headersOf(given: unknown): Map<string, string | readonly string[]> {
  const headers = new Map<string, string | readonly string[]>();
  if (typeof given !== 'object' || given === null) return headers;
  for (const [name, value] of isHeaderList(given) ? given : (Object.entries(given) as [string, unknown][])) {
    if (value === undefined || value === null) continue;
    const key = name.toLowerCase();
    const values = Array.isArray(value) ? value.map(headerText) : headerText(value);
    // A list may contain a name several times. In an object, the last spelling of a name is used.
    const before = isHeaderList(given) ? headers.get(key) : undefined;
    headers.set(key, before === undefined ? values : [before, values].flat());
  }
  return headers;
}

function ofWebResponse(response: Response): HttpAnswer {
  const headers = new Map<string, string | readonly string[]>(response.headers);
  // Older implementations have no `getSetCookie`.
  const cookies = (response.headers as Partial<Headers>).getSetCookie?.() ?? [];
  if (cookies.length > 0) headers.set('set-cookie', cookies);
  return { statusCode: response.status, headers, body: response.body ?? undefined };
}

/** The body of a value and its default content type. */
function typedBody(value: unknown): { readonly body: unknown; readonly type?: string } {
  if (value === undefined || value === null) return { body: undefined };
  if (typeof value === 'string') return { body: value, type: 'text/plain; charset=utf-8' };
  if (isBytes(value)) return { body: bytesOf(value), type: 'application/octet-stream' };
  if (isBodyStream(value)) return { body: value, type: 'application/octet-stream' };
  const json = JSON.stringify(value) as string | undefined;
  if (json === undefined) {
    throw new TypeError(
      `The entry method returned a ${typeof value}, which is not a response and cannot be converted to JSON.`,
    );
  }
  return { body: json, type: JSON_TYPE };
}

function ofResponse(response: HttpResponse): HttpAnswer {
  const headers = headersOf(response.headers);
  // An `IncomingMessage`, the response of another server, is a stream of its body.
  const given = response.body === undefined && isBodyStream(response) ? response : response.body;
  if (typeof given === 'string' || given === undefined || given === null) {
    const body = response.isBase64Encoded === true ? Buffer.from(given ?? '', 'base64') : (given ?? undefined);
    // FC accepts only strings as header values.
    const isFcResponse =
      !isHeaderList(response.headers) &&
      [...headers.values()].every((value) => typeof value === 'string') &&
      Object.values(response.headers ?? {}).every((value) => typeof value === 'string');
    return { statusCode: response.statusCode, headers, body, ...(isFcResponse && { fcResponse: response }) };
  }
  const { body, type } = typedBody(given);
  if (type !== undefined && !headers.has('content-type')) headers.set('content-type', type);
  return { statusCode: response.statusCode, headers, body };
}

/**
 * Converts the value that an entry method returned to a response. A value with a status code is used as it is, and so
 * is a web `Response`. Any other value becomes a response with status 200: a string as `text/plain`, bytes and streams
 * as `application/octet-stream`, `undefined` and `null` without a body, everything else as JSON. Throws if a value
 * cannot be converted to JSON.
 */
export function httpAnswerOf(value: unknown): HttpAnswer {
  if (typeof value === 'object' && value !== null) {
    if (isWebResponse(value)) return ofWebResponse(value);
    if (isStatus(Reflect.get(value, 'statusCode'))) return ofResponse(value as HttpResponse);
  }
  const { body, type } = typedBody(value);
  const headers = new Map<string, string>();
  if (type !== undefined) headers.set('content-type', type);
  return { statusCode: 200, headers, body };
}

/**
 * Converts an error to a response: an `HttpError` to its status, headers and body, any other error to a 500 without
 * details.
 */
export function httpAnswerOfError(error: unknown): HttpAnswer {
  if (!isHttpError(error)) return problem(500, 'Internal Server Error');
  if (error.body === undefined) return problem(error.statusCode, error.message, headersOf(error.headers));
  return ofResponse({ statusCode: error.statusCode, headers: error.headers, body: error.body });
}

function problem(status: number, detail: string, headers = new Map<string, string | readonly string[]>()): HttpAnswer {
  if (!headers.has('content-type')) headers.set('content-type', 'application/problem+json');
  return { statusCode: status, headers, body: JSON.stringify({ status, ...(detail !== '' && { detail }) }) };
}
