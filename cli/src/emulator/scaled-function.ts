import type { InstanceOptions } from './function-options';
import { startInstance } from './instance';
import type { Instance } from './instance';
import type { InvocationResult, InvokeOptions } from './invocation';

/** An event function with as many instances as it has concurrent invocations: each instance handles one at a time. */
export class ScaledFunction {
  readonly #options: InstanceOptions;
  readonly #instances: Instance[] = [];
  readonly #idle: Instance[] = [];

  constructor(options: InstanceOptions) {
    this.#options = options;
  }

  /** The number of instances. */
  get instances(): number {
    return this.#instances.length;
  }

  /** Calls the function in the idle instance that was used last, or else in a new one, with a cold start. */
  async invoke(event: unknown, options: InvokeOptions = {}): Promise<InvocationResult> {
    const instance = this.#idle.pop() ?? this.#add();
    try {
      return await instance.invoke(event, options);
    } finally {
      this.#idle.push(instance);
    }
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

  #add(): Instance {
    const instance = startInstance(this.#options);
    this.#instances.push(instance);
    return instance;
  }
}
