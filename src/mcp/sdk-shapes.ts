import { readField } from '../safe-access';

// What is used of the MCP SDK's objects. The types are structural, so that fc-traced loads without the SDK and works
// with both of its generations: `@modelcontextprotocol/sdk` 1.x, `@modelcontextprotocol/client` and `server` 2.x.

/** Whether a value is an object and not an array. */
export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A JSON-RPC id. */
export type RequestId = string | number;

/** A JSON-RPC request, notification or response. */
export interface Message {
  readonly id?: RequestId;
  readonly method?: string;
  readonly params?: unknown;
  readonly result?: unknown;
  readonly error?: unknown;
}

export type Method = (this: unknown, ...args: unknown[]) => unknown;

/** The SDK's `Transport`. */
export interface TransportLike {
  readonly sessionId?: unknown;
  onmessage?: Method;
  send: Method;
}

/** The SDK's `Protocol`: a `Server` or a `Client`. */
export interface ProtocolLike {
  readonly transport?: TransportLike;
  readonly fallbackRequestHandler?: Method;
  readonly fallbackNotificationHandler?: Method;
  connect: Method;
  setRequestHandler: Method;
}

export function isProtocol(value: unknown): value is ProtocolLike {
  return ['connect', 'close', 'setRequestHandler', 'setNotificationHandler'].every(
    (name) => typeof readField(value, name) === 'function',
  );
}

/**
 * A header of the HTTP request that delivered a message, or `undefined`. `extra` is the second argument of
 * `Transport.onmessage`. In 1.x it has `requestInfo`, with headers as an object; in 2.x `request`, with `Headers`.
 */
export function headerOf(extra: unknown, name: string): unknown {
  const headersOf1 = readField(readField(extra, 'requestInfo'), 'headers');
  if (isObject(headersOf1) && headersOf1[name] !== undefined) return headersOf1[name];
  const headersOf2 = readField(readField(extra, 'request'), 'headers');
  const get = readField(headersOf2, 'get');
  return typeof get === 'function' ? (Reflect.apply(get, headersOf2, [name]) ?? undefined) : undefined;
}

/** Whether an HTTP request delivered a message; in memory and over stdio none does. */
export function hasHttpRequest(extra: unknown): boolean {
  return readField(extra, 'requestInfo') !== undefined || readField(extra, 'request') !== undefined;
}
