import { SpanKind } from '@opentelemetry/api';
import { types } from 'node:util';
import { replaceMethod } from '../replace-method';
import { readField } from '../safe-access';
import { ATTR_JSONRPC_REQUEST_ID } from '../semconv';
import { activeContext, callIn } from '../tracing/context/active-context';
import { spanIn } from '../tracing/context/linked-context';
import type { Connection } from './connection';
import { IncomingRequest } from './incoming-request';
import type { Receiver } from './incoming-request';
import { operationOf } from './operation';
import type { Operation } from './operation';
import { startOperation } from './operation-span';
import { countTracingFailure, observe } from './outcome';
import type { OutgoingMessages } from './outgoing';
import type { Message, Method, ProtocolLike, RequestId } from './sdk-shapes';
import { extractMeta, resolveIncomingParent } from './trace-context';
import type { IncomingParent } from './trace-context';
import type { McpTraceOptions } from './trace-mcp';
import { isPartOfRequest } from './transport-messages';

/** Receives the handler that the SDK looked up, if any, and returns the one to call. */
type WrapHandler = (handler: Method | undefined) => Method | undefined;

/**
 * Wraps the handler that the SDK looks up in one of its tables while it dispatches one message. So the handler runs
 * within the span of that message, however and whenever it was registered. At other times the table is unchanged.
 */
class HandlerLookup {
  private current: { readonly method: unknown; readonly wrap: WrapHandler } | undefined;

  private constructor(table: Map<unknown, Method>) {
    const lookUp = (key: unknown): Method | undefined => Map.prototype.get.call(table, key) as Method | undefined;
    replaceMethod(table, 'get', Map.prototype.get, (key: unknown) =>
      this.current !== undefined && this.current.method === key ? this.current.wrap(lookUp(key)) : lookUp(key),
    );
  }

  /** Returns `undefined` if `table` is not a map whose methods can be replaced. */
  static in(table: unknown): HandlerLookup | undefined {
    return types.isMap(table) && Object.isExtensible(table)
      ? new HandlerLookup(table as Map<unknown, Method>)
      : undefined;
  }

  /** Dispatches a message whose handler is wrapped. Returns and throws what `dispatch` does. */
  dispatch(method: unknown, wrap: WrapHandler, dispatch: () => unknown): unknown {
    const outer = this.current;
    this.current = { method, wrap };
    try {
      return dispatch();
    } finally {
      this.current = outer;
    }
  }
}

interface Received {
  readonly operation: Operation;
  readonly parent: IncomingParent;
}

/** The requests and notifications that a client or server receives. Their handlers run within spans. */
export class IncomingMessages implements Receiver {
  observesTools = false;
  private readonly requestHandlers: HandlerLookup | undefined;
  private readonly notificationHandlers: HandlerLookup | undefined;

  constructor(
    private readonly protocol: ProtocolLike,
    private readonly outgoing: OutgoingMessages,
    readonly options: McpTraceOptions,
  ) {
    this.requestHandlers = HandlerLookup.in(readField(protocol, '_requestHandlers'));
    this.notificationHandlers = HandlerLookup.in(readField(protocol, '_notificationHandlers'));
  }

  /** The tables of handlers that this version of the SDK lacks, and what is lost without each. */
  get missingTables(): readonly (readonly [member: string, lost: string])[] {
    const missing: (readonly [string, string])[] = [];
    if (this.requestHandlers === undefined) {
      missing.push(['_requestHandlers', 'exceptions that request handlers throw are not recorded']);
    }
    if (this.notificationHandlers === undefined) {
      missing.push(['_notificationHandlers', 'incoming notifications are not traced']);
    }
    return missing;
  }

  request(message: Message, extra: unknown, connection: Connection, dispatch: () => unknown): unknown {
    const received = this.receive(message, extra, connection);
    if (received === undefined || message.id === undefined) return dispatch();
    received.operation.attributes[ATTR_JSONRPC_REQUEST_ID] = String(message.id).slice(0, 128);
    const request = new IncomingRequest(message, received.operation, received.parent, connection, this);
    connection.incoming.set(message.id, request);
    const { requestHandlers, protocol } = this;
    if (requestHandlers === undefined) return callIn(request.start().context, dispatch, undefined, []);
    let hasHandler = false;
    const wrap = (found: Method | undefined): Method | undefined => {
      const handler = found ?? protocol.fallbackRequestHandler;
      hasHandler = handler !== undefined;
      return handler && ((...args) => request.run(handler, args));
    };
    const dispatchWrapped = (): unknown => requestHandlers.dispatch(message.method, wrap, dispatch);
    try {
      return callIn(request.context, dispatchWrapped, undefined, []);
    } finally {
      // Without a handler the SDK has rejected the request by now, or dropped it silently.
      if (!hasHandler) connection.forget(message.id, request);
    }
  }

  notification(message: Message, extra: unknown, connection: Connection, dispatch: () => unknown): unknown {
    if (isPartOfRequest(message)) return this.partOfRequest(message, connection, dispatch);
    const received = this.receive(message, extra, connection);
    if (received === undefined) return dispatch();
    const { notificationHandlers, protocol } = this;
    const wrap = (found: Method | undefined): Method | undefined => {
      if (found !== undefined) return (...args) => runInSpan(received, found, args);
      const fallback = protocol.fallbackNotificationHandler;
      return fallback && ((...args) => runInSpan(received, fallback, args.slice(0, 1)));
    };
    const dispatchWrapped =
      notificationHandlers === undefined
        ? dispatch
        : (): unknown => notificationHandlers.dispatch(message.method, wrap, dispatch);
    return callIn(received.parent.context, dispatchWrapped, undefined, []);
  }

  /** Progress is handled in the context of its request; if the request is cancelled, it is notified. */
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
      const meta = extractMeta(message.params);
      const active = activeContext();
      const traceId = meta.spanContext?.traceId;
      // A request that the other side makes while it handles ours belongs to the invocation that made ours, even if
      // another one opened the connection.
      const isOtherTrace = traceId !== undefined && spanIn(active)?.spanContext().traceId !== traceId;
      const ambient = (isOtherTrace ? this.outgoing.contextOfTrace(traceId) : undefined) ?? active;
      const isOwn = this.outgoing.isOwn.bind(this.outgoing);
      return { operation, parent: resolveIncomingParent(meta, extra, connection.handlingContext(ambient), isOwn) };
    } catch {
      countTracingFailure();
      return undefined;
    }
  }
}

/** Calls the handler of a notification within its span. Returns and throws what it does. */
function runInSpan({ operation, parent }: Received, handler: Method, args: unknown[]): unknown {
  const { operation: span, context } = startOperation(operation, parent.context, parent.links);
  return observe(
    () => callIn(context, handler, undefined, args),
    () => span?.end(),
    (error) => span?.endFailed({ error }),
  );
}
