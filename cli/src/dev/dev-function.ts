import type { IncomingMessage, ServerResponse } from 'node:http';
import type { InvocationResult, InvokeOptions } from '../emulator/invocation';
import type { EmulatedFunction } from '../functions/emulated-function';
import type { FunctionSpec } from '../functions/function-spec';

/** What happens to the calls of a function. */
export interface DevFunctionEvents {
  /** Creates the function, with its latest code and settings. */
  readonly create: (spec: FunctionSpec) => EmulatedFunction;
  readonly onCall: (name: string, result: InvocationResult) => void;
  readonly onError: (name: string, message: string) => void;
}

/** A function with one warm instance, which is replaced when its files change. */
export class DevFunction {
  readonly name: string;
  readonly #events: DevFunctionEvents;
  #spec: FunctionSpec;
  #current: EmulatedFunction | undefined;
  readonly #running = new Map<EmulatedFunction, number>();

  constructor(spec: FunctionSpec, events: DevFunctionEvents) {
    this.name = spec.name;
    this.#spec = spec;
    this.#events = events;
  }

  get spec(): FunctionSpec {
    return this.#spec;
  }

  /** Calls the function. Resolves also when it cannot be started. */
  invoke(event: unknown, options?: InvokeOptions): Promise<InvocationResult> {
    return this.#call((target) => target.invoke(event, options));
  }

  /** Forwards an HTTP request to a server. */
  http(request: IncomingMessage, response: ServerResponse): Promise<InvocationResult> {
    return this.#call(async (target) => {
      if (target.http === undefined) throw new Error('the function is no server');
      return target.http(request, response);
    });
  }

  /** Replaces the instance with the next call; calls that are running finish in the old one. */
  replace(spec = this.#spec): void {
    const old = this.#current;
    this.#spec = spec;
    this.#current = undefined;
    if (old !== undefined && !this.#running.has(old)) void this.#retire(old);
  }

  async preStop(): Promise<void> {
    await this.#current?.preStop();
  }

  async kill(): Promise<void> {
    await Promise.all([...this.#running.keys(), ...(this.#current ? [this.#current] : [])].map((one) => one.kill()));
  }

  async #call(work: (target: EmulatedFunction) => Promise<InvocationResult>): Promise<InvocationResult> {
    let target: EmulatedFunction;
    try {
      target = this.#current ??= this.#events.create(this.#spec);
    } catch (error) {
      const { message } = error as Error;
      this.#events.onError(this.name, message);
      return failed(message);
    }
    this.#running.set(target, (this.#running.get(target) ?? 0) + 1);
    try {
      const result = await work(target);
      await target.delivered().catch(() => undefined);
      this.#events.onCall(this.name, result);
      return result;
    } finally {
      const left = this.#running.get(target)! - 1;
      if (left > 0) this.#running.set(target, left);
      else this.#running.delete(target);
      if (left === 0 && target !== this.#current) void this.#retire(target);
    }
  }

  async #retire(target: EmulatedFunction): Promise<void> {
    await target.preStop().catch(() => undefined);
    await target.stop();
  }
}

function failed(errorMessage: string): InvocationResult {
  const error = { errorMessage, errorType: 'FunctionNotStarted' };
  const body = Buffer.from(JSON.stringify(error));
  return { ok: false, body, error, durationMs: 0, coldStart: false, requestId: '' };
}
