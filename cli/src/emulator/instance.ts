import type { Generation } from './context';
import type { InstanceOptions } from './function-options';
import { InstanceLifecycle } from './instance-lifecycle';
import type { InvocationRequest } from './instance-lifecycle';
import type { CallResponse } from './instance-protocol';
import { eventBytes, newRequestId } from './invocation';
import type { EventFactory, InvocationResult, InvokeOptions } from './invocation';
import { PlatformSpans } from './platform-spans';

/**
 * One instance of an event function. Its process starts with the first invocation, and again after it has exited. It
 * handles one invocation at a time; further ones wait.
 */
export class Instance {
  readonly #options: InstanceOptions;
  readonly #generation: Generation;
  readonly #lifecycle: InstanceLifecycle;
  readonly #platform: PlatformSpans | undefined;
  #queue: Promise<unknown> = Promise.resolve();

  constructor(options: InstanceOptions) {
    const { generation = '3.0', functionName = 'function', preFreeze, tracing } = options;
    if (preFreeze !== undefined && generation !== '2.0') {
      throw new TypeError("FC 3.0 has no preFreeze hook; remove it or set generation: '2.0'");
    }
    this.#options = options;
    this.#generation = generation;
    this.#lifecycle = new InstanceLifecycle(options);
    this.#platform = tracing && new PlatformSpans(tracing, generation, functionName);
  }

  /** The id of the instance's process; `undefined` while none is running. */
  get pid(): number | undefined {
    return this.#lifecycle.pid;
  }

  /** The lines that the function has written to its standard output and error. */
  get logs(): readonly string[] {
    return this.#lifecycle.logs.all();
  }

  /** Calls the function as `InvokeFunction` does. Resolves also when the invocation fails. */
  invoke(event: unknown, options: InvokeOptions = {}): Promise<InvocationResult> {
    return new Promise((resolve, reject) => {
      const bytes = typeof event === 'function' ? (event as EventFactory) : eventBytes(event);
      this.#queue = this.#queue.then(() => this.#invoke(bytes, options, resolve)).catch(reject);
    });
  }

  /** Loads a function as a call of it would, without calling it. */
  load(handler: string): Promise<CallResponse> {
    return this.#lifecycle.load(handler, { requestId: newRequestId(this.#generation), retryCount: 0 });
  }

  /** Runs a hook once, without a call of the handler. */
  runHook(handler: string): Promise<CallResponse> {
    return this.#lifecycle.runHook(handler, { requestId: newRequestId(this.#generation), retryCount: 0 });
  }

  /** Runs the `preStop` hook, as FC does before it removes an instance. Does nothing without a process or a hook. */
  preStop(): Promise<CallResponse> {
    const run = this.#queue.then(() =>
      this.#lifecycle.runHook(this.#options.preStop, { requestId: newRequestId(this.#generation), retryCount: 0 }),
    );
    this.#queue = run.catch(() => undefined);
    return run;
  }

  /** Continues a frozen process, as FC does before the next call: its unfinished work goes on. */
  async thaw(): Promise<void> {
    await this.#queue;
    this.#lifecycle.thaw();
  }

  /** Resolves when FC's own spans have been sent, which happens after the response. Rejects when that failed. */
  async delivered(): Promise<void> {
    await this.#queue;
    await this.#platform?.delivered();
  }

  /** Ends the instance after the invocations that are queued, without its `preStop` hook. */
  async stop(): Promise<void> {
    await this.#queue;
    await this.#lifecycle.end();
    await this.#platform?.shutdown();
  }

  /** Ends the instance at once. The current invocation fails. */
  async kill(): Promise<void> {
    await this.#lifecycle.end();
  }

  async #invoke(
    event: Buffer | EventFactory,
    options: InvokeOptions,
    respond: (result: InvocationResult) => void,
  ): Promise<void> {
    const startMillis = performance.now();
    const requestId = newRequestId(this.#generation);
    const coldStart = this.pid === undefined;
    const trace = this.#platform?.startTrace(requestId, options.caller);
    const { retryCount = 0, tracing } = options;
    const request: InvocationRequest = { requestId, retryCount, tracing, trace };
    const prepared = await this.#lifecycle.prepare(request);
    const response = prepared.ok ? await this.#lifecycle.invoke(event, request) : prepared;
    const error = response.ok ? undefined : response.error;
    trace?.end(coldStart, error?.errorType ?? error?.errorMessage);
    void this.#platform?.flush();
    respond({
      ok: response.ok,
      body: response.ok ? Buffer.from(response.body, 'base64') : Buffer.from(JSON.stringify(response.error)),
      ...(error === undefined ? {} : { error }),
      durationMs: performance.now() - startMillis,
      coldStart,
      requestId,
      ...(trace === undefined ? {} : { traceId: trace.traceId, sampled: trace.sampled }),
      ...(response.usesOpenTelemetry !== undefined && { usesOpenTelemetry: response.usesOpenTelemetry }),
    });
    await this.#lifecycle.runHook(this.#options.preFreeze, request, this.#options.freeze);
  }
}

/**
 * Creates an instance of an event function: a child process that loads the user's module and calls it as Function
 * Compute does. The process starts with the first invocation, which therefore has a cold start.
 *
 * Throws a `TypeError` for settings that FC refuses: a variable named `FC_…`, or `preFreeze` with FC 3.0.
 */
export function startInstance(options: InstanceOptions): Instance {
  return new Instance(options);
}
