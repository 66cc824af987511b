import type { InstanceOptions } from './function-options';
import { startInstance } from './instance';
import type { Instance } from './instance';
import type { InvocationResult, InvokeOptions } from './invocation';

/** An event function with as many instances as it has concurrent invocations: each instance handles one at a time. */
export class ScaledFunction {
  readonly #options: InstanceOptions;
  readonly #instances: Instance[] = [];
  readonly #idle: Instance[] = [];

  readonly #maxInstances: number;
  readonly #waiting: ((instance: Instance) => void)[] = [];

  /** With as many instances as `maxInstances`, further calls wait. */
  constructor(options: InstanceOptions, maxInstances = Number.POSITIVE_INFINITY) {
    this.#options = options;
    this.#maxInstances = maxInstances;
  }

  /** The number of instances. */
  get instances(): number {
    return this.#instances.length;
  }

  /** Calls the function in the idle instance that was used last, or else in a new one, with a cold start. */
  async invoke(event: unknown, options: InvokeOptions = {}): Promise<InvocationResult> {
    const instance = await this.#take();
    try {
      return await instance.invoke(event, options);
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#idle.push(instance);
      else next(instance);
    }
  }

  /** Continues all frozen instances. */
  async thaw(): Promise<void> {
    await Promise.all(this.#instances.map((instance) => instance.thaw()));
  }

  /** Runs the `preStop` hook of all instances. */
  async preStop(): Promise<void> {
    await Promise.all(this.#instances.map((instance) => instance.preStop()));
  }

  /** Resolves when FC's own spans have been sent. Rejects when that failed. */
  async delivered(): Promise<void> {
    await Promise.all(this.#instances.map((instance) => instance.delivered()));
  }

  /** Ends all instances after their current invocations. */
  async stop(): Promise<void> {
    await Promise.all(this.#instances.map((instance) => instance.stop()));
  }

  /** Ends all instances at once. */
  async kill(): Promise<void> {
    await Promise.all(this.#instances.map((instance) => instance.kill()));
  }

  async #take(): Promise<Instance> {
    const idle = this.#idle.pop();
    if (idle !== undefined) return idle;
    if (this.#instances.length < this.#maxInstances) return this.#add();
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  #add(): Instance {
    const instance = startInstance(this.#options);
    this.#instances.push(instance);
    return instance;
  }
}
