import type { Context } from '@opentelemetry/api';
import { performance } from 'node:perf_hooks';
import { readField } from '../safe-access';
import { callIn } from '../tracing/context/active-context';
import { invocationIn } from '../tracing/context/linked-context';
import { deliveryCounts } from '../tracing/telemetry/delivery-stats';
import type { Connection } from './connection';
import type { Operation } from './operation';
import { startOperation } from './operation-span';
import type { OperationSpan, StartedOperation } from './operation-span';
import { observe, recordResponse } from './outcome';
import type { Message, Method } from './sdk-shapes';
import type { IncomingParent } from './trace-context';
import type { McpTraceOptions } from './trace-mcp';

/** The key of `_meta` in a request that belongs to a task. Its response goes through the queue of that task. */
const RELATED_TASK_KEY = 'io.modelcontextprotocol/related-task';

/** The signal that tells a handler about cancellation: `extra.signal` in 1.x, `ctx.mcpReq.signal` in 2.x. */
function signalOf(extra: unknown): unknown {
  return readField(extra, 'signal') ?? readField(readField(extra, 'mcpReq'), 'signal');
}

/** The names of spans of tools and prompts that exist, of all servers. The oldest are dropped first. */
class AcceptedNames {
  private readonly names = new Set<string>();

  has(name: string): boolean {
    return this.names.has(name);
  }
  add(name: string): void {
    if (this.names.has(name)) return;
    if (this.names.size >= MAX_ACCEPTED) this.names.delete(this.names.values().next().value!);
    this.names.add(name);
  }
}

const MAX_ACCEPTED = 1_024;
const acceptedNames = new AcceptedNames();

/** What receives the requests of a client or server. */
export interface Receiver {
  readonly options: McpTraceOptions;
  /** Whether the calls of the functions of tools are observed. A tool whose function is not called does not exist. */
  readonly observesTools: boolean;
}

/** An incoming request, from the call of its handler to the response. */
export class IncomingRequest {
  private started: StartedOperation | undefined;
  private isHandled = false;
  private isToolFound = false;
  private error: unknown;

  constructor(
    private readonly message: Message,
    private readonly operation: Operation,
    private readonly parent: IncomingParent,
    private readonly connection: Connection,
    private readonly receiver: Receiver,
  ) {}

  /** The context in which the request is dispatched; the active span is the parent until the span is started. */
  get context(): Context {
    return this.started?.context ?? this.parent.context;
  }

  /** Starts the span: when the handler is called, or when a request without a handler is answered. */
  start(): StartedOperation {
    if (this.started !== undefined) return this.started;
    this.started = startOperation(this.operation, this.parent.context, this.parent.links);
    this.started.operation?.endWithInvocation();
    return this.started;
  }

  /** Calls the handler within the span. Returns and throws what it does. */
  run(handler: Method, args: unknown[]): unknown {
    this.isHandled = true;
    const { context } = this.start();
    const failed = (error: unknown): void => {
      this.error = error;
      this.handled(args[1]);
    };
    return observe(
      () => callIn(context, handler, undefined, args),
      () => this.handled(args[1]),
      failed,
    );
  }

  /** The SDK calls the function of a tool, so the tool exists. */
  toolFound(): void {
    this.isToolFound = true;
  }

  /** A tool threw `error`, which the SDK converts to a result. */
  toolFailed(error: unknown): void {
    this.error ??= error;
  }

  /** The response is about to be sent. */
  answered(message: Message): void {
    const { operation } = this.start();
    if (operation === undefined) return;
    const { method } = this.operation;
    this.checkTarget(message, operation);
    recordResponse(operation, message, {
      method,
      connection: this.connection,
      options: this.receiver.options,
      error: this.error,
    });
    operation.end();
  }

  delivered(): Promise<void> | undefined {
    const invocation = this.started?.operation === undefined ? undefined : invocationIn(this.context);
    const budget = invocation?.timing.answerBudgetMillis ?? 0;
    const telemetry = budget > 0 ? invocation?.telemetry : undefined;
    if (telemetry === undefined) return undefined;
    const start = performance.now();
    return telemetry.flush(budget).finally(() => {
      deliveryCounts.waitedMillis += performance.now() - start;
    });
  }

  /** The other side cancelled the request. The span ends when the handler is done, or now if none is running. */
  cancelled(): void {
    const operation = this.started?.operation;
    if (this.isHandled) operation?.requestCancel();
    else operation?.cancel();
  }

  /**
   * A caller can invent any number of tools and prompts. Those that the server refuses do not become names of spans; the
   * attributes have them.
   */
  private checkTarget({ error, result }: Message, operation: OperationSpan): void {
    const { method, target } = this.operation;
    if (target === undefined) return;
    const name = `${method} ${target}`;
    const isRefused = error !== undefined || (this.receiver.observesTools && readField(result, 'isError') === true);
    if (!isRefused || this.isToolFound) acceptedNames.add(name);
    else if (!acceptedNames.has(name)) operation.rename(method);
  }

  private handled(extra: unknown): void {
    // The SDK does not answer a cancelled request.
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
