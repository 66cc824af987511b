import { SpanKind } from '@opentelemetry/api';
import type { Context } from '@opentelemetry/api';
import { readField } from '../safe-access';
import { ATTR_JSONRPC_REQUEST_ID } from '../semconv';
import { activeContext } from '../tracing/context/active-context';
import type { Connection } from './connection';
import { operationOf } from './operation';
import { startOperation } from './operation-span';
import type { OperationSpan, StartedOperation } from './operation-span';
import { countTracingFailure, recordResponse } from './outcome';
import type { Message, RequestId } from './sdk-shapes';
import { metaOf, withMeta } from './trace-context';
import type { McpTraceOptions } from './trace-mcp';

/** A message that is about to be sent. */
export interface OutgoingMessage extends StartedOperation {
  readonly method: string;
  /** The message with the trace context in its `_meta`. */
  readonly message: Message;
  /** The `traceparent` in that `_meta`; `undefined` if there is none. */
  readonly traceparent: string | undefined;
  /** The context of the code that sends it. */
  readonly caller: Context;
}

/**
 * Starts the span of an outgoing request or notification and adds the trace context to its `_meta`. The attributes of
 * the connection are added if it is known already. Returns `undefined` if nothing is recorded and nothing propagated.
 * Never throws: a failure is counted.
 */
export function startOutgoing(
  message: Message,
  options: McpTraceOptions,
  connection?: Connection,
): OutgoingMessage | undefined {
  try {
    const caller = activeContext();
    const details = operationOf(SpanKind.CLIENT, message, options);
    if (connection !== undefined) {
      Object.assign(details.attributes, connection.attributes(SpanKind.CLIENT, message.params));
    }
    const started = startOperation(details, caller);
    started.operation?.endWithInvocation();
    const meta = metaOf(started.context);
    if (started.operation === undefined && Object.keys(meta).length === 0) return undefined;
    return {
      ...started,
      method: details.method,
      message: withMeta(message, meta),
      traceparent: meta.traceparent,
      caller,
    };
  } catch {
    countTracingFailure();
    return undefined;
  }
}

/** The error codes of a request that timed out: of 1.x, and of 2.x. */
const TIMEOUT_CODES: readonly unknown[] = [-32_001, 'REQUEST_TIMEOUT'];

/** An outgoing request, from the call that makes it until the program has the result or the error. */
export class OutgoingRequest {
  /** Its JSON-RPC id; `undefined` until it is sent. */
  id: RequestId | undefined;
  readonly traceparent: string | undefined;
  /** The context in which its span is active. Progress is handled in it. */
  readonly context: Context;
  /** The context of the code that makes the request. */
  readonly caller: Context;
  private readonly method: string;
  private readonly span: OperationSpan | undefined;
  private connection: Connection | undefined;
  private answer: Message | undefined;

  constructor(
    { method, operation, context, caller, traceparent }: OutgoingMessage,
    private readonly signal: unknown,
    private readonly options: McpTraceOptions,
  ) {
    this.traceparent = traceparent;
    this.context = context;
    this.caller = caller;
    this.method = method;
    this.span = operation;
  }

  /** Whether `span` is the span of this request. */
  hasSpan(span: unknown): boolean {
    return this.span !== undefined && this.span.span === span;
  }

  /** The message is about to be sent on a transport. */
  sent(message: Message, connection: Connection): void {
    this.id = message.id;
    this.connection = connection;
    this.span?.set({
      [ATTR_JSONRPC_REQUEST_ID]: String(message.id),
      ...connection.attributes(SpanKind.CLIENT, message.params),
    });
  }

  /** The response has arrived. */
  answered(message: Message): void {
    this.answer = message;
    // The request that sends the required input is a new one with its own span.
    if (readField(message.result, 'resultType') === 'input_required') this.succeeded();
  }

  /** The program gets the result. */
  succeeded(): void {
    this.end(undefined);
  }

  /** The program gets an error. */
  failed(error: unknown): void {
    if (readField(this.signal, 'aborted') === true && !this.hasTimedOut) this.span?.cancel();
    else this.end(error);
  }

  /** The connection was closed before the response arrived. */
  dropped(): void {
    this.span?.cancel();
  }

  /** Whether `AbortSignal.timeout` aborted the request, which counts as a timeout. */
  private get hasTimedOut(): boolean {
    return readField(readField(this.signal, 'reason'), 'name') === 'TimeoutError';
  }

  private end(error: unknown): void {
    const { span, answer, connection } = this;
    if (span === undefined) return;
    if (answer !== undefined && connection !== undefined) {
      recordResponse(span, answer, { method: this.method, connection, options: this.options, error });
    }
    if (error !== undefined && answer?.error === undefined) {
      const isTimeout = TIMEOUT_CODES.includes(readField(error, 'code')) || this.hasTimedOut;
      span.fail({ error, ...(isTimeout && { type: 'timeout' }) });
    }
    span.end();
  }
}
