import type { Generation } from './context';
import { FunctionProcess } from './instance-lifecycle';
import type { Request } from './instance-lifecycle';
import type { InstanceOptions } from './function-options';
import { eventBytes, newRequestId } from './invocation';
import type { EventMaker, Invocation, InvokeOptions } from './invocation';
import type { Answer } from './instance-protocol';
import { PlatformSpans } from './platform-spans';

/** One instance of a function. Its process starts with the first call, and again after it ended; it takes one call at a time. */
export class Instance {
  readonly #options: InstanceOptions;
  readonly #generation: Generation;
  readonly #function: FunctionProcess;
  readonly #platform: PlatformSpans | undefined;
  #busy: Promise<unknown> = Promise.resolve();

  constructor(options: InstanceOptions) {
    const { generation = '3.0', functionName = 'function', preFreeze, tracing } = options;
    if (preFreeze !== undefined && generation !== '2.0') {
      throw new TypeError("FC 3.0 has no preFreeze hook; generation: '2.0' has");
    }
    this.#options = options;
    this.#generation = generation;
    this.#function = new FunctionProcess(options);
    this.#platform = tracing && new PlatformSpans(tracing, generation, functionName);
  }

  /** The process behind the instance, while it has one. */
  get pid(): number | undefined {
    return this.#function.pid;
  }

  /** What the function wrote to its output so far, by line. */
  get logs(): readonly string[] {
    return [...this.#function.logs];
  }

  /** Calls the function as `InvokeFunction` does. Resolves with every answer, also with a failure. */
  invoke(event: unknown, options: InvokeOptions = {}): Promise<Invocation> {
    return new Promise((answered, failed) => {
      const bytes = typeof event === 'function' ? (event as EventMaker) : eventBytes(event);
      this.#busy = this.#busy.then(() => this.#invoke(bytes, options, answered)).catch(failed);
    });
  }

  /** Runs the `preStop` hook, as FC does before it takes an instance away. Nothing happens without a process or a hook. */
  preStop(): Promise<Answer> {
    const run = this.#busy.then(() =>
      this.#function.hook(this.#options.preStop, { requestId: newRequestId(this.#generation), retryCount: 0 }),
    );
    this.#busy = run.catch(() => undefined);
    return run;
  }

  /** Resolves when FC's own spans have been sent, which happens after the answer; rejects when they could not be. */
  async delivered(): Promise<void> {
    await this.#busy;
    await this.#platform?.delivered();
  }

  /** Ends the instance, without its `preStop` hook. */
  async stop(): Promise<void> {
    await this.#busy;
    await this.#function.end();
    await this.#platform?.shutdown();
  }

  /** Ends the instance at once, whatever it is doing: a call under way fails. */
  async kill(): Promise<void> {
    await this.#function.end();
  }

  async #invoke(
    event: Buffer | EventMaker,
    options: InvokeOptions,
    answered: (invocation: Invocation) => void,
  ): Promise<void> {
    const began = performance.now();
    const requestId = newRequestId(this.#generation);
    const coldStart = this.pid === undefined;
    const trace = this.#platform?.begin(requestId, options.caller);
    const request: Request = { requestId, retryCount: options.retryCount ?? 0, tracing: options.tracing, trace };
    const ready = await this.#function.prepare(request);
    const answer = ready.ok ? await this.#function.run(event, request) : ready;
    const error = answer.ok ? undefined : answer.error;
    trace?.end(coldStart, error?.errorType ?? error?.errorMessage);
    answered({
      ok: answer.ok,
      body: answer.ok ? Buffer.from(answer.body, 'base64') : Buffer.from(JSON.stringify(answer.error)),
      ...(error === undefined ? {} : { error }),
      durationMs: performance.now() - began,
      coldStart,
      requestId,
      ...(trace === undefined ? {} : { traceId: trace.traceId }),
    });
    void this.#platform?.flush();
    await this.#function.hook(this.#options.preFreeze, request, this.#options.freeze);
  }
}

/**
 * One instance of a function, played on this machine: a child process in which the user's module is loaded and called as
 * Function Compute does it. The process starts with the first call, which is thereby a cold one.
 *
 * Throws on what FC refuses: a variable named `FC_…`, `preFreeze` with FC 3.0.
 */
export function startInstance(options: InstanceOptions): Instance {
  return new Instance(options);
}
