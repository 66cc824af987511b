import { SpanKind } from '@opentelemetry/api';
import { readField } from '../safe-access';
import { activeContext, callIn } from '../tracing/context/active-context';
import { followWork, hookFailed } from './answer';
import type { Connection } from './connection';
import { metaOf, withMeta } from './meta';
import { operationOf } from './operation';
import { startOperation } from './operation-span';
import { OutgoingRequest } from './outgoing-request';
import type { Message, Method, RequestId, TransportLike } from './sdk-shapes';
import type { McpTraceOptions } from './trace-protocol';

/** In the `_meta` of a notice: the id of the request that asked for it. */
const SUBSCRIPTION_KEY = 'io.modelcontextprotocol/subscriptionId';

interface Prepared {
  readonly request?: OutgoingRequest;
  readonly message: Message;
}

function prepare(connection: Connection, message: Message, options: McpTraceOptions): Prepared {
  try {
    const caller = activeContext();
    const operation = operationOf(SpanKind.CLIENT, message, options);
    const started = startOperation(operation, caller);
    const meta = metaOf(started.context);
    const given = withMeta(message, meta);
    if (started.operation === undefined) return { message: given };
    const request = new OutgoingRequest(operation, started, caller, meta.traceparent, undefined, options);
    request.sent(given, connection);
    return { request, message: given };
  } catch {
    hookFailed();
    return { message };
  }
}

/**
 * Sends a request that the program did not make the usual way: 2.x sends its probe for a version, and `subscriptions/listen`, by the
 * transport itself. Gives and throws what `send` does.
 */
export function sendStray(
  connection: Connection,
  transport: TransportLike,
  given: Message,
  send: (message: Message) => unknown,
  options: McpTraceOptions,
): unknown {
  const { request, message } = prepare(connection, given, options);
  if (request === undefined) return send(message);
  connection.strays.add(request);
  const end = (finish: () => void): void => {
    connection.strays.delete(request);
    finish();
  };
  const stopWatching = watchAnswer(transport, message.id!, (answer) =>
    end(() => {
      request.answered(answer);
      request.succeeded();
    }),
  );
  const failed = (error: unknown): void => {
    stopWatching();
    end(() => request.failed(error));
  };
  return followWork(
    () => callIn(request.context, send, undefined, [message]),
    () => {},
    failed,
  );
}

/** Whether a message ends a request: its answer, or the notice that `subscriptions/listen` is heard, whose answer comes when it is over. */
function endsRequest(message: unknown, id: RequestId): boolean {
  const method = readField(message, 'method');
  if (method === undefined) return readField(message, 'id') === id;
  return (
    method === 'notifications/subscriptions/acknowledged' &&
    readField(readField(readField(message, 'params'), '_meta'), SUBSCRIPTION_KEY) === id
  );
}

/** What stands behind a listener that has heard its answer: with several on the way, they do not leave in the order they came. */
const behind = new WeakMap<Method, Method>();

function stillWaiting(listener: Method): Method {
  let found = listener;
  for (let next = behind.get(found); next !== undefined; next = behind.get(found)) found = next;
  return found;
}

/** Hears the answer to one request where the transport hands it on, whoever listens there. Gives what ends it. */
function watchAnswer(transport: TransportLike, id: RequestId, answered: (message: Message) => void): () => void {
  const listener = transport.onmessage;
  if (typeof listener !== 'function') return () => {};
  const stop = (): void => {
    behind.set(watch, listener);
    const first = transport.onmessage;
    if (typeof first === 'function' && behind.has(first)) transport.onmessage = stillWaiting(first);
  };
  const watch: Method = function (...args) {
    if (!behind.has(watch) && endsRequest(args[0], id)) {
      stop();
      answered(args[0] as Message);
    }
    return Reflect.apply(stillWaiting(listener), this, args);
  };
  transport.onmessage = watch;
  return stop;
}
