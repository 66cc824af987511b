import { SpanKind } from '@opentelemetry/api';
import { readField } from '../safe-access';
import { ATTR_JSONRPC_REQUEST_ID } from '../semconv';
import { activeContext, callIn } from '../tracing/context/active-context';
import { spanIn } from '../tracing/context/linked-context';
import { followWork, hookFailed } from './answer';
import type { Connection } from './connection';
import { DispatchWindow } from './dispatch-window';
import { IncomingRequest } from './incoming-request';
import { readMeta } from './meta';
import { operationOf } from './operation';
import type { Operation } from './operation';
import { startOperation } from './operation-span';
import { originOf } from './origin';
import type { Origin } from './origin';
import type { OutgoingSide } from './outgoing-side';
import type { Message, Method, ProtocolLike, RequestId } from './sdk-shapes';
import { isPartOfRequest } from './send-notification';
import type { McpTraceOptions } from './trace-protocol';

interface Received {
  readonly operation: Operation;
  readonly origin: Origin;
}

/** What a client or server gets: requests and notifications of the other side, whose handlers run inside spans. */
export class IncomingSide {
  private readonly requests: DispatchWindow | undefined;
  private readonly notifications: DispatchWindow | undefined;

  constructor(
    private readonly protocol: ProtocolLike,
    private readonly outgoing: OutgoingSide,
    private readonly options: McpTraceOptions,
  ) {
    this.requests = DispatchWindow.on(readField(protocol, '_requestHandlers'));
    this.notifications = DispatchWindow.on(readField(protocol, '_notificationHandlers'));
  }

  /** Whether the SDK's tables of handlers were found. */
  get isKnown(): boolean {
    return this.requests !== undefined && this.notifications !== undefined;
  }

  request(message: Message, extra: unknown, connection: Connection, dispatch: () => unknown): unknown {
    const received = this.receive(message, extra, connection);
    if (received === undefined || message.id === undefined) return dispatch();
    received.operation.attributes[ATTR_JSONRPC_REQUEST_ID] = String(message.id).slice(0, 128);
    const request = new IncomingRequest(message, received.operation, received.origin, connection, this.options);
    connection.incoming.set(message.id, request);
    const { requests, protocol } = this;
    if (requests === undefined) return callIn(request.start().context, dispatch, undefined, []);
    let hasHandler = false;
    const wrap = (found: Method | undefined): Method | undefined => {
      const handler = found ?? protocol.fallbackRequestHandler;
      hasHandler = handler !== undefined;
      return handler && ((...args) => request.run(handler, args));
    };
    try {
      return callIn(request.context, () => requests.during(message.method, wrap, dispatch), undefined, []);
    } finally {
      // The SDK refuses a request at once, or drops it without a word.
      if (!hasHandler) connection.forget(message.id, request);
    }
  }

  notification(message: Message, extra: unknown, connection: Connection, dispatch: () => unknown): unknown {
    if (isPartOfRequest(message)) return this.partOfRequest(message, connection, dispatch);
    const received = this.receive(message, extra, connection);
    if (received === undefined) return dispatch();
    const { notifications, protocol } = this;
    const wrap = (found: Method | undefined): Method | undefined => {
      if (found !== undefined) return (...args) => runInside(received, found, args);
      const fallback = protocol.fallbackNotificationHandler;
      return fallback && ((...args) => runInside(received, fallback, args.slice(0, 1)));
    };
    return callIn(
      received.origin.context,
      () => (notifications === undefined ? dispatch() : notifications.during(message.method, wrap, dispatch)),
      undefined,
      [],
    );
  }

  /** Progress is heard where its request was made, and a cancelled request hears of it. */
  private partOfRequest({ method, params }: Message, connection: Connection, dispatch: () => unknown): unknown {
    if (method === 'notifications/cancelled') {
      connection.incoming.get(readField(params, 'requestId') as RequestId)?.cancelled();
    }
    const context =
      method === 'notifications/progress'
        ? this.outgoing.contextOfProgress(readField(params, 'progressToken'))
        : undefined;
    return context === undefined ? dispatch() : callIn(context, dispatch, undefined, []);
  }

  private receive(message: Message, extra: unknown, connection: Connection): Received | undefined {
    try {
      const operation = operationOf(SpanKind.SERVER, message, this.options);
      Object.assign(operation.attributes, connection.attributes(SpanKind.SERVER, message.params, extra));
      const meta = readMeta(message.params);
      const active = activeContext();
      const traceId = meta.spanContext?.traceId;
      // What the other side asks while it works on a request of ours belongs to where that was made, whatever the connection was made in.
      const isElsewhere = traceId !== undefined && spanIn(active)?.spanContext().traceId !== traceId;
      const given = (isElsewhere ? this.outgoing.contextOfTrace(traceId) : undefined) ?? active;
      return {
        operation,
        origin: originOf(meta, extra, connection.contextOfWork(given), (span) => this.outgoing.isOwn(span)),
      };
    } catch {
      hookFailed();
      return undefined;
    }
  }
}

/** Calls the handler of a notification inside its span. Gives and throws what it does. */
function runInside({ operation, origin }: Received, handler: Method, args: unknown[]): unknown {
  const { operation: span, context } = startOperation(operation, origin.context, origin.links);
  return followWork(
    () => callIn(context, handler, undefined, args),
    () => span?.end(),
    (error) => span?.endFailed({ error }),
  );
}
