import { SpanKind } from '@opentelemetry/api';
import type { Context } from '@opentelemetry/api';
import { activeContext, callIn } from '../tracing/context/active-context';
import { followWork, hookFailed } from './answer';
import type { Connection } from './connection';
import { metaOf, withMeta } from './meta';
import { operationOf } from './operation';
import { startOperation } from './operation-span';
import type { OperationSpan } from './operation-span';
import type { Message } from './sdk-shapes';
import type { McpTraceOptions } from './trace-protocol';

/** Whether a notification tells something of a request that has a span: it gets none of its own, or a call would have one for each step. */
export function isPartOfRequest({ method }: Message): boolean {
  return method === 'notifications/progress' || method === 'notifications/cancelled';
}

interface Prepared {
  readonly operation?: OperationSpan | undefined;
  readonly context: Context;
  readonly message: Message;
}

function prepare(connection: Connection, message: Message, options: McpTraceOptions): Prepared {
  const caller = activeContext();
  try {
    const operation = operationOf(SpanKind.CLIENT, message, options);
    Object.assign(operation.attributes, connection.attributes(SpanKind.CLIENT, message.params));
    const started = startOperation(operation, caller);
    started.operation?.keep();
    return { ...started, message: withMeta(message, metaOf(started.context)) };
  } catch {
    hookFailed();
    return { context: caller, message };
  }
}

/** Sends a notification, the trace in its `_meta`; its span ends when the transport has taken it. Gives and throws what `send` does. */
export function sendNotification(
  connection: Connection,
  given: Message,
  send: (message: Message) => unknown,
  options: McpTraceOptions,
): unknown {
  // The request says whose trace it is; what hears of progress would be handed the `_meta`.
  if (isPartOfRequest(given)) return send(given);
  const { operation, context, message } = prepare(connection, given, options);
  if (operation === undefined) return send(message);
  return followWork(
    () => callIn(context, send, undefined, [message]),
    () => operation.end(),
    (error) => operation.endFailed({ error }),
  );
}
