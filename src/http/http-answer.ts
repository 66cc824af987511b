import { isBodyStream } from './body';
import { isHttpError } from './http-error';

/** What an entry method may return to set status and headers. All other values become a 200, see {@link httpAnswerOf}. */
export interface HttpResponse {
  /** A whole number from 200 to 599: below, there is no response yet. */
  readonly statusCode: number;
  readonly headers?: Readonly<Record<string, string | number | readonly string[] | undefined>> | Headers;
  /** Whether a text in `body` is base64 of the bytes meant. Default: false. */
  readonly isBase64Encoded?: boolean;
  /** A text, bytes, a Node.js or web stream, an async iterable of texts and bytes, or a value that becomes JSON. */
  readonly body?: unknown;
}

/** A response, whatever it was made from. */
export interface HttpAnswer {
  readonly statusCode: number;
  readonly headers: ReadonlyMap<string, string | readonly string[]>;
  /** Text, bytes, or a stream. */
  readonly body: unknown;
  /** The value, where it is what FC itself takes for a response. */
  readonly asGiven?: object;
}

const JSON_TYPE = 'application/json';

function isStatus(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) >= 200 && (value as number) <= 599;
}

function isBytes(value: unknown): value is ArrayBufferView | ArrayBuffer {
  return ArrayBuffer.isView(value) || value instanceof ArrayBuffer;
}

function bytesOf(value: ArrayBufferView | ArrayBuffer): Buffer {
  return ArrayBuffer.isView(value) ? Buffer.from(value.buffer, value.byteOffset, value.byteLength) : Buffer.from(value);
}

/** A web `Response`, of Node's own or any other implementation. */
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

/** Whether headers are a list of names and values: a web `Headers`, a Map, an array of pairs. */
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
    // Of a list a name may come more than once; of an object the last spelling counts.
    const before = isHeaderList(given) ? headers.get(key) : undefined;
    headers.set(key, before === undefined ? values : [before, values].flat());
  }
  return headers;
}

function ofWebResponse(response: Response): HttpAnswer {
  const headers = new Map<string, string | readonly string[]>(response.headers);
  // Implementations older than the method know cookies by other means only.
  const cookies = (response.headers as Partial<Headers>).getSetCookie?.() ?? [];
  if (cookies.length > 0) headers.set('set-cookie', cookies);
  return { statusCode: response.status, headers, body: response.body ?? undefined };
}

/** A body and the content type that it has of itself. */
function typedBody(value: unknown): { readonly body: unknown; readonly type?: string } {
  if (value === undefined || value === null) return { body: undefined };
  if (typeof value === 'string') return { body: value, type: 'text/plain; charset=utf-8' };
  if (isBytes(value)) return { body: bytesOf(value), type: 'application/octet-stream' };
  if (isBodyStream(value)) return { body: value, type: 'application/octet-stream' };
  const json = JSON.stringify(value) as string | undefined;
  if (json === undefined) {
    throw new TypeError(`The entry method returned a ${typeof value}, which is no response and has no JSON form.`);
  }
  return { body: json, type: JSON_TYPE };
}

function ofResponse(response: HttpResponse): HttpAnswer {
  const headers = headersOf(response.headers);
  // A response that another server gave is a stream of its own body.
  const given = response.body === undefined && isBodyStream(response) ? response : response.body;
  if (typeof given === 'string' || given === undefined || given === null) {
    const body = response.isBase64Encoded === true ? Buffer.from(given ?? '', 'base64') : (given ?? undefined);
    // A map of several values, or of numbers, is more than FC takes.
    const isPlain =
      !isHeaderList(response.headers) &&
      [...headers.values()].every((value) => typeof value === 'string') &&
      Object.values(response.headers ?? {}).every((value) => typeof value === 'string');
    return { statusCode: response.statusCode, headers, body, ...(isPlain && { asGiven: response }) };
  }
  const { body, type } = typedBody(given);
  if (type !== undefined && !headers.has('content-type')) headers.set('content-type', type);
  return { statusCode: response.statusCode, headers, body };
}

/**
 * The response that a value stands for: one with a status as it is, a web `Response`, and otherwise a 200: a text as `text/plain`, bytes and
 * streams as `application/octet-stream`, every other value as JSON; nothing at all gives an empty body. Throws where a value has no JSON form.
 */
export function httpAnswerOf(value: unknown): HttpAnswer {
  if (typeof value === 'object' && value !== null) {
    if (isWebResponse(value)) return ofWebResponse(value);
    if (isStatus(Reflect.get(value, 'statusCode'))) return ofResponse(value as HttpResponse);
  }
  const { body, type } = typedBody(value);
  return { statusCode: 200, headers: new Map(type === undefined ? [] : [['content-type', type]]), body };
}

/** The response to an error: what an `HttpError` says, and a 500 without any detail for all else. */
export function httpAnswerOfError(error: unknown): HttpAnswer {
  if (!isHttpError(error)) return problem(500, 'Internal Server Error');
  if (error.body === undefined) return problem(error.statusCode, error.message, headersOf(error.headers));
  return ofResponse({ statusCode: error.statusCode, headers: error.headers, body: error.body });
}

function problem(status: number, detail: string, headers = new Map<string, string | readonly string[]>()): HttpAnswer {
  if (!headers.has('content-type')) headers.set('content-type', 'application/problem+json');
  return { statusCode: status, headers, body: JSON.stringify({ status, ...(detail !== '' && { detail }) }) };
}
