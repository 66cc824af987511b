import { readField } from '../safe-access';

/** Whether a value is an object, and no list. */
export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

// What the MCP SDK's objects must have to be traced. Structural, so that neither generation of the SDK is needed to load this.

/** A JSON-RPC id. */
export type RequestId = string | number;

/** A JSON-RPC message of any kind, as the SDK hands it to a transport and back. */
export interface Message {
  readonly id?: RequestId;
  readonly method?: string;
  readonly params?: unknown;
  readonly result?: unknown;
  readonly error?: unknown;
}

/** What a transport knows of the HTTP request that brought a message: `requestInfo` in 1.x, `request` in 2.x. */
export interface MessageExtra {
  readonly requestInfo?: { readonly headers?: unknown };
  readonly request?: { readonly headers?: unknown };
}

export type Method = (this: unknown, ...args: unknown[]) => unknown;

/** A connection of a client with a server. */
export interface TransportLike {
  readonly sessionId?: unknown;
  onmessage?: Method;
  send: Method;
}

/** A `Server` or `Client`: the SDK's `Protocol`. */
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
