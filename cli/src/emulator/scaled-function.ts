import type { InstanceOptions } from './function-options';
import type { Invocation, InvokeOptions } from './invocation';
import { startInstance } from './instance';
import type { Instance } from './instance';

/** A function with as many instances as it has calls at a time: an event function's instance takes one. */
export class ScaledFunction {
  readonly #options: InstanceOptions;
  readonly #instances: Instance[] = [];
  readonly #idle: Instance[] = [];

  constructor(options: InstanceOptions) {
    this.#options = options;
  }

  /** How many instances there are. */
  get instances(): number {
    return this.#instances.length;
  }

  /** Calls the function in an instance that is idle, the one used last, or else in a new one, which makes the call a cold one. */
  async invoke(event: unknown, options: InvokeOptions = {}): Promise<Invocation> {
    const instance = this.#idle.pop() ?? this.#add();
    try {
      return await instance.invoke(event, options);
    } finally {
      this.#idle.push(instance);
    }
  }

  /** Resolves when FC's own spans have been sent; rejects when they could not be. */
  async delivered(): Promise<void> {
    await Promise.all(this.#instances.map((instance) => instance.delivered()));
  }

  async stop(): Promise<void> {
    await Promise.all(this.#instances.map((instance) => instance.stop()));
  }

  async kill(): Promise<void> {
    await Promise.all(this.#instances.map((instance) => instance.kill()));
  }

  #add(): Instance {
    const instance = startInstance(this.#options);
    this.#instances.push(instance);
    return instance;
  }
}
