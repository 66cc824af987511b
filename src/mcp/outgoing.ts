import type { Context, Span } from '@opentelemetry/api';
import { readField } from '../safe-access';
import { callIn } from '../tracing/context/active-context';
import { spanIn } from '../tracing/context/linked-context';
import type { Connection } from './connection';
import { OutgoingRequest, startOutgoing } from './outgoing-request';
import { isObject } from './sdk-shapes';
import type { Message, RequestId, TransportLike } from './sdk-shapes';
import type { McpTraceOptions } from './trace-mcp';
import { sendDirectRequest, sendNotification } from './transport-messages';

/** The current request if nothing of it is recorded or propagated. */
const UNTRACED = Symbol('untraced');

/** The requests and notifications that a client or server sends. */
export class OutgoingMessages {
  /** Requests that were sent and are not answered yet, by id. */
  private readonly pending = new Map<RequestId, OutgoingRequest>();
  /** Requests that were made but not sent yet: those of a task wait in the queue of that task. */
  private readonly unsent = new Set<OutgoingRequest>();
  /** The request that the SDK is making; it sends the message synchronously. */
  private current: OutgoingRequest | typeof UNTRACED | undefined;

  constructor(private readonly options: McpTraceOptions) {}

  /**
   * Traces a call of the SDK's method that makes requests. `args[at]` is the request; its options, with the signal, are
   * the first or second argument after it.
   */
  request(args: unknown[], at: number, call: (args: unknown[]) => unknown): unknown {
    const given = args[at];
    const outgoing = isObject(given) ? startOutgoing(given, this.options) : undefined;
    const signal = readField(args[at + 2] ?? args[at + 1], 'signal');
    const request = outgoing && new OutgoingRequest(outgoing, signal, this.options);
    const outer = this.current;
    this.current = request ?? UNTRACED;
    try {
      if (request === undefined) return call(args);
      return this.track(request, () => call(args.with(at, outgoing!.message)));
    } finally {
      this.current = outer;
    }
  }

  private track(request: OutgoingRequest, call: () => unknown): unknown {
    this.unsent.add(request);
    const settled = (): void => {
      this.unsent.delete(request);
      if (request.id !== undefined && this.pending.get(request.id) === request) this.pending.delete(request.id);
    };
    const failed = (error: unknown): void => {
      settled();
      request.failed(error);
    };
    try {
      const promise = callIn(request.context, call, undefined, []) as Promise<unknown>;
      // Nobody else has the SDK's promise, so a derived one can be returned. Unhandled rejections are still reported.
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

  /** Traces a message that is about to be sent on a transport. Returns and throws what `send` does. */
  send(
    connection: Connection,
    transport: TransportLike,
    message: Message,
    send: (message: Message) => unknown,
  ): unknown {
    if (message.method === undefined) {
      const delivered = connection.answered(message);
      return delivered === undefined ? send(message) : delivered.then(() => send(message));
    }
    if (message.id === undefined) return sendNotification(connection, message, send, this.options);
    return this.isKnownRequest(connection, message)
      ? send(message)
      : sendDirectRequest(connection, transport, message, send, this.options);
  }

  /** Whether a message is a request that was made through {@link request}; if so, it becomes pending. */
  private isKnownRequest(connection: Connection, message: Message): boolean {
    const { current } = this;
    this.current = undefined;
    if (current === UNTRACED) return true;
    const request = current ?? this.findUnsent(readField(readField(message.params, '_meta'), 'traceparent'));
    if (request === undefined) return false;
    this.unsent.delete(request);
    request.sent(message, connection);
    this.pending.set(message.id!, request);
    return true;
  }

  private findUnsent(traceparent: unknown): OutgoingRequest | undefined {
    for (const request of this.unsent) {
      if (request.traceparent !== undefined && request.traceparent === traceparent) return request;
    }
    return undefined;
  }

  /**
   * Traces a response that has arrived. The SDK continues in the context in which the request was made, because it may
   * make another request there.
   */
  receiveResponse(message: Message, dispatch: () => unknown): unknown {
    const request = this.pending.get(message.id!) ?? this.pending.get(Number(message.id));
    if (request === undefined) return dispatch();
    request.answered(message);
    return callIn(request.caller, dispatch, undefined, []);
  }

  /** The context of the pending request that a progress notification belongs to. */
  contextOfProgress(token: unknown): Context | undefined {
    return this.pending.get(token as RequestId)?.context;
  }

  /** The context of a pending request in this trace. */
  contextOfTrace(traceId: string): Context | undefined {
    for (const { context } of this.pending.values()) {
      if (spanIn(context)?.spanContext().traceId === traceId) return context;
    }
    return undefined;
  }

  /** Whether a span is that of a pending request. */
  isOwn(span: Span): boolean {
    for (const request of this.pending.values()) if (request.hasSpan(span)) return true;
    return false;
  }
}
