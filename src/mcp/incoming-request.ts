import type { Context, Link } from '@opentelemetry/api';
import { readField } from '../safe-access';
import { callIn } from '../tracing/context/active-context';
import { followWork, noteAnswer } from './answer';
import type { Connection } from './connection';
import type { Operation } from './operation';
import { startOperation } from './operation-span';
import type { Started } from './operation-span';
import type { Origin } from './origin';
import type { Message, Method } from './sdk-shapes';
import type { McpTraceOptions } from './trace-protocol';

/** In `_meta`: the request belongs to a task, and is answered through that task's queue. */
const RELATED_TASK_KEY = 'io.modelcontextprotocol/related-task';

/** The signal by which a handler hears that its request was cancelled: of 1.x, or of 2.x. */
function signalOf(extra: unknown): unknown {
  return readField(extra, 'signal') ?? readField(readField(extra, 'mcpReq'), 'signal');
}

/** A request of the other side, from the call of its handler to the answer. */
export class IncomingRequest {
  private started: Started | undefined;
  private isHandled = false;
  private error: unknown;

  constructor(
    private readonly message: Message,
    private readonly operation: Operation,
    private readonly origin: Origin,
    private readonly connection: Connection,
    private readonly options: McpTraceOptions,
  ) {}

  /** The context that the request is dispatched in: the caller's span is active. */
  get context(): Context {
    return this.started?.context ?? this.origin.context;
  }

  /** Starts the span: when the handler is called, or with the answer to a request that no handler took. */
  start(): Started {
    if (this.started !== undefined) return this.started;
    const links: Link[] = this.origin.links;
    this.started = startOperation(this.operation, this.origin.context, links);
    this.started.operation?.keep();
    return this.started;
  }

  /** Calls the handler inside the span. Gives and throws what it does. */
  run(handler: Method, args: unknown[]): unknown {
    this.isHandled = true;
    const { context } = this.start();
    const failed = (error: unknown): void => {
      this.error = error;
      this.handled(args[1]);
    };
    return followWork(
      () => callIn(context, handler, undefined, args),
      () => this.handled(args[1]),
      failed,
    );
  }

  /** Hears of what a tool threw, which the SDK turns into a result. */
  toolFailed(error: unknown): void {
    this.error ??= error;
  }

  /** The answer is on its way. */
  answered(message: Message): void {
    const { operation } = this.start();
    if (operation === undefined) return;
    const { method } = this.operation;
    noteAnswer(operation, message, { method, connection: this.connection, options: this.options, error: this.error });
    operation.end();
  }

  /** The other side called it off. A handler that is running says itself when it is over. */
  cancelled(): void {
    const operation = this.started?.operation;
    if (this.isHandled) operation?.calledOff();
    else operation?.cancel();
  }

  private handled(extra: unknown): void {
    // A request that was cancelled is not answered.
    if (readField(signalOf(extra), 'aborted') === true) this.finish(() => this.started?.operation?.cancel());
    else if (readField(readField(this.message.params, '_meta'), RELATED_TASK_KEY) !== undefined) {
      setImmediate(() => this.finish(() => this.endUnanswered()));
    }
  }

  private endUnanswered(): void {
    if (this.error !== undefined) this.started?.operation?.fail({ error: this.error });
    this.started?.operation?.end();
  }

  private finish(end: () => void): void {
    end();
    this.connection.forget(this.message.id!, this);
  }
}
