import { readField } from '../safe-access';
import { callIn } from '../tracing/context/active-context';
import type { Connection } from './connection';
import { observe } from './outcome';
import { OutgoingRequest, startOutgoing } from './outgoing-request';
import type { Message, Method, RequestId, TransportLike } from './sdk-shapes';
import type { McpTraceOptions } from './trace-mcp';

// Outgoing messages that are first seen when they are sent on the transport: all notifications, and requests that do
// not go through the SDK's `request`.

type Send = (message: Message) => unknown;

/** Whether a notification belongs to a request. It gets no span of its own: a call would have one for each step. */
export function isPartOfRequest({ method }: Message): boolean {
  return method === 'notifications/progress' || method === 'notifications/cancelled';
}

/**
 * Sends a notification with the trace context in its `_meta`. Its span ends when the transport has sent it. Returns and
 * throws what `send` does.
 */
export function sendNotification(
  connection: Connection,
  given: Message,
  send: Send,
  options: McpTraceOptions,
): unknown {
  // The request carries the trace context already, and progress handlers would receive the added `_meta`.
  if (isPartOfRequest(given)) return send(given);
  const outgoing = startOutgoing(given, options, connection);
  if (outgoing?.operation === undefined) return send(outgoing?.message ?? given);
  const { operation, context, message } = outgoing;
  return observe(
    () => callIn(context, send, undefined, [message]),
    () => operation.end(),
    (error) => operation.endFailed({ error }),
  );
}

/**
 * Sends a request that did not go through the SDK's `request`: 2.x sends `server/discover` and `subscriptions/listen`
 * directly on the transport, and programs can do so too. Returns and throws what `send` does.
 */
export function sendDirectRequest(
  connection: Connection,
  transport: TransportLike,
  given: Message,
  send: Send,
  options: McpTraceOptions,
): unknown {
  const outgoing = startOutgoing(given, options, connection);
  if (outgoing?.operation === undefined) return send(outgoing?.message ?? given);
  const { message } = outgoing;
  const request = new OutgoingRequest(outgoing, undefined, options);
  request.sent(message, connection);
  connection.directRequests.add(request);
  const end = (finish: () => void): void => {
    connection.directRequests.delete(request);
    finish();
  };
  const stopWatching = watchResponse(transport, message.id!, (response) =>
    end(() => {
      request.answered(response);
      request.succeeded();
    }),
  );
  const failed = (error: unknown): void => {
    stopWatching();
    end(() => request.failed(error));
  };
  return observe(
    () => callIn(request.context, send, undefined, [message]),
    () => {},
    failed,
  );
}

/** The key of `_meta` in a notification of a subscription: the id of the request that subscribed. */
const SUBSCRIPTION_KEY = 'io.modelcontextprotocol/subscriptionId';

/**
 * Whether a message ends the span of a request: its response, or the acknowledgement of `subscriptions/listen`, whose
 * response arrives only when the subscription ends.
 */
function endsRequest(message: unknown, id: RequestId): boolean {
  const method = readField(message, 'method');
  if (method === undefined) return readField(message, 'id') === id;
  return (
    method === 'notifications/subscriptions/acknowledged' &&
    readField(readField(readField(message, 'params'), '_meta'), SUBSCRIPTION_KEY) === id
  );
}

/** The listener that each watcher that is done wraps. Watchers of several requests may end in any order. */
const wrappedBy = new WeakMap<Method, Method>();

/** The first listener in a chain that still watches. */
function activeListener(listener: Method): Method {
  let found = listener;
  for (let next = wrappedBy.get(found); next !== undefined; next = wrappedBy.get(found)) found = next;
  return found;
}

/** Calls `answered` with the message that ends a request when the transport receives it. Returns a function to stop. */
function watchResponse(transport: TransportLike, id: RequestId, answered: (message: Message) => void): () => void {
  const listener = transport.onmessage;
  if (typeof listener !== 'function') return () => {};
  const stop = (): void => {
    wrappedBy.set(watch, listener);
    const first = transport.onmessage;
    if (typeof first === 'function' && wrappedBy.has(first)) transport.onmessage = activeListener(first);
  };
  const watch: Method = function (...args) {
    if (!wrappedBy.has(watch) && endsRequest(args[0], id)) {
      stop();
      answered(args[0] as Message);
    }
    return Reflect.apply(activeListener(listener), this, args);
  };
  transport.onmessage = watch;
  return stop;
}
