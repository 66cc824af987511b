import type { Context } from '@opentelemetry/api';
import { readField } from '../safe-access';
import { ATTR_JSONRPC_REQUEST_ID } from '../semconv';
import { noteAnswer } from './answer';
import type { Connection } from './connection';
import type { Operation } from './operation';
import type { OperationSpan, Started } from './operation-span';
import type { Message, RequestId } from './sdk-shapes';
import type { McpTraceOptions } from './trace-protocol';

/** The code of 1.x, and that of 2.x, of an error that says: nobody answered in time. */
const TIMEOUT_CODES: readonly unknown[] = [-32_001, 'REQUEST_TIMEOUT'];

/** A request to the other side, from the call that makes it to its end there. */
export class OutgoingRequest {
  id: RequestId | undefined;
  private connection: Connection | undefined;
  private answer: Message | undefined;
  private readonly span: OperationSpan | undefined;
  /** The context in which its span is active; progress is heard in it. */
  readonly context: Context;

  constructor(
    private readonly operation: Operation,
    { operation: span, context }: Started,
    /** The context of whoever makes it. */
    readonly caller: Context,
    /** What is in `_meta` of the message. */
    readonly traceparent: string | undefined,
    private readonly signal: unknown,
    private readonly options: McpTraceOptions,
  ) {
    this.span = span;
    this.context = context;
    span?.keep();
  }

  /** Whether this is the span that it is sent under. */
  isUnder(span: unknown): boolean {
    return this.span !== undefined && this.span.span === span;
  }

  /** The message is handed to a transport. */
  sent(message: Message, connection: Connection): void {
    this.id = message.id;
    this.connection = connection;
    this.span?.set({
      [ATTR_JSONRPC_REQUEST_ID]: String(message.id),
      ...connection.attributes(this.operation.kind, message.params),
    });
  }

  /** The answer has come. */
  answered(message: Message): void {
    this.answer = message;
    // What it asks for is another request, and so is the one that brings it.
    if (readField(message.result, 'resultType') === 'input_required') this.succeeded();
  }

  /** The program gets the result. */
  succeeded(): void {
    this.end(undefined);
  }

  /** The program gets an error. */
  failed(error: unknown): void {
    if (readField(this.signal, 'aborted') === true && !this.isLate) this.span?.cancel();
    else this.end(error);
  }

  /** Nobody waits any more. */
  dropped(): void {
    this.span?.cancel();
  }

  /** Whether it is called off by `AbortSignal.timeout`: nobody answered in time, whoever counts it. */
  private get isLate(): boolean {
    return readField(readField(this.signal, 'reason'), 'name') === 'TimeoutError';
  }

  private end(error: unknown): void {
    const { span, answer, connection } = this;
    if (span === undefined) return;
    if (answer !== undefined && connection !== undefined) {
      noteAnswer(span, answer, { method: this.operation.method, connection, options: this.options, error });
    }
    if (error !== undefined && answer?.error === undefined) {
      span.fail({
        error,
        ...((TIMEOUT_CODES.includes(readField(error, 'code')) || this.isLate) && { type: 'timeout' }),
      });
    }
    span.end();
  }
}
