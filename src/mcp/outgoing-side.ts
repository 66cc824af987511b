import { SpanKind } from '@opentelemetry/api';
import type { Context, Span } from '@opentelemetry/api';
import { readField } from '../safe-access';
import { activeContext, callIn } from '../tracing/context/active-context';
import { spanIn } from '../tracing/context/linked-context';
import { hookFailed } from './answer';
import type { Connection } from './connection';
import { metaOf, withMeta } from './meta';
import { operationOf } from './operation';
import { startOperation } from './operation-span';
import { OutgoingRequest } from './outgoing-request';
import { isObject } from './sdk-shapes';
import type { Message, RequestId, TransportLike } from './sdk-shapes';
import { sendNotification } from './send-notification';
import { sendStray } from './send-stray';
import type { McpTraceOptions } from './trace-protocol';

/** Stands for a request of which nothing is recorded, and which has nothing to pass on. */
const UNTRACED = Symbol('untraced');

interface Prepared {
  readonly request: OutgoingRequest;
  readonly args: unknown[];
}

/** What a client or server sends: its requests, followed to the end, and its notifications. */
export class OutgoingSide {
  /** Requests that are under way, by their ids. */
  private readonly underWay = new Map<RequestId, OutgoingRequest>();
  /** Requests that were made, but not handed to a transport: one of a task waits in the task's queue. */
  private readonly unsent = new Set<OutgoingRequest>();
  /** The request that is being made; the SDK hands it to the transport at once. */
  private making: OutgoingRequest | typeof UNTRACED | undefined;

  constructor(private readonly options: McpTraceOptions) {}

  /** A request of the program, or of the SDK for it: `args[at]`, with the options as the second argument after it. */
  request(args: unknown[], at: number, call: (args: unknown[]) => unknown): unknown {
    const prepared = this.prepare(args, at);
    const outer = this.making;
    this.making = prepared?.request ?? UNTRACED;
    try {
      return prepared === undefined ? call(args) : this.follow(prepared.request, () => call(prepared.args));
    } finally {
      this.making = outer;
    }
  }

  private prepare(args: unknown[], at: number): Prepared | undefined {
    try {
      const message = args[at];
      if (!isObject(message)) return undefined;
      const caller = activeContext();
      const operation = operationOf(SpanKind.CLIENT, message, this.options);
      const started = startOperation(operation, caller);
      const meta = metaOf(started.context);
      if (started.operation === undefined && Object.keys(meta).length === 0) return undefined;
      const request = new OutgoingRequest(
        operation,
        started,
        caller,
        meta.traceparent,
        readField(args[at + 2] ?? args[at + 1], 'signal'),
        this.options,
      );
      return { request, args: args.with(at, withMeta(message, meta)) };
    } catch {
      hookFailed();
      return undefined;
    }
  }

  private follow(request: OutgoingRequest, call: () => unknown): unknown {
    this.unsent.add(request);
    const settled = (): void => {
      this.unsent.delete(request);
      if (request.id !== undefined && this.underWay.get(request.id) === request) this.underWay.delete(request.id);
    };
    const failed = (error: unknown): void => {
      settled();
      request.failed(error);
    };
    try {
      const promise = callIn(request.context, call, undefined, []) as Promise<unknown>;
      // The SDK's promise is new, so the caller can have one that settles alike: a rejection that nobody handles is still reported.
      return promise.then(
        (result) => {
          settled();
          request.succeeded();
          return result;
        },
        (error: unknown) => {
          failed(error);
          throw error;
        },
      );
    } catch (error) {
      failed(error);
      throw error;
    }
  }

  /** A message is handed to a transport. */
  send(
    connection: Connection,
    transport: TransportLike,
    message: Message,
    send: (message: Message) => unknown,
  ): unknown {
    if (message.method === undefined) {
      connection.answered(message);
      return send(message);
    }
    if (message.id === undefined) return sendNotification(connection, message, send, this.options);
    return this.bind(connection, message)
      ? send(message)
      : sendStray(connection, transport, message, send, this.options);
  }

  /** Recognizes a request that was made by {@link request}. */
  private bind(connection: Connection, message: Message): boolean {
    const { making } = this;
    this.making = undefined;
    if (making === UNTRACED) return true;
    const request = making ?? this.unsentOf(readField(readField(message.params, '_meta'), 'traceparent'));
    if (request === undefined) return false;
    this.unsent.delete(request);
    request.sent(message, connection);
    this.underWay.set(message.id!, request);
    return true;
  }

  private unsentOf(traceparent: unknown): OutgoingRequest | undefined {
    for (const request of this.unsent) {
      if (request.traceparent !== undefined && request.traceparent === traceparent) return request;
    }
    return undefined;
  }

  /** The other side answers: the request hears of it, and the SDK goes on where it was made, since that may be with another request. */
  receiveAnswer(message: Message, dispatch: () => unknown): unknown {
    const request = this.underWay.get(message.id!) ?? this.underWay.get(Number(message.id));
    if (request === undefined) return dispatch();
    request.answered(message);
    return callIn(request.caller, dispatch, undefined, []);
  }

  /** The context of the request that a notice of progress is about. */
  contextOfProgress(token: unknown): Context | undefined {
    return this.underWay.get(token as RequestId)?.context;
  }

  /** The context of a request of this trace that is under way. */
  contextOfTrace(traceId: string): Context | undefined {
    for (const { context } of this.underWay.values()) {
      if (spanIn(context)?.spanContext().traceId === traceId) return context;
    }
    return undefined;
  }

  /** Whether a span is that of a request which is under way. */
  isOwn(span: Span): boolean {
    for (const request of this.underWay.values()) if (request.isUnder(span)) return true;
    return false;
  }
}
