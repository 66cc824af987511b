/** Releases one resource. With `immediately`, running work is cut off instead of awaited. */
export type CleanupTask = (immediately: boolean) => void | Promise<void>;

/** Cleanup tasks that run once, in reverse order of their registration. */
export class Cleanup {
  readonly #tasks: CleanupTask[] = [];
  #running: Promise<void> | undefined;
  #immediately = false;

  /** Whether the cleanup has started. */
  get started(): boolean {
    return this.#running !== undefined;
  }

  /** Registers a task. Once the cleanup has started, the task runs after those that are already running. */
  defer(task: CleanupTask): void {
    this.#tasks.push(task);
    if (this.#running !== undefined) this.#running = this.#running.then(() => this.#drain());
  }

  /** A cleanup that can be run on its own, and that runs with this one at the latest. */
  nested(): Cleanup {
    const nested = new Cleanup();
    this.defer((immediately) => nested.run(immediately));
    return nested;
  }

  /** Runs all tasks. A task that fails does not stop the others; the first failure is thrown at the end. */
  run(immediately = false): Promise<void> {
    this.#immediately ||= immediately;
    return (this.#running ??= this.#drain());
  }

  async #drain(): Promise<void> {
    const failures: unknown[] = [];
    for (let task = this.#tasks.pop(); task !== undefined; task = this.#tasks.pop()) {
      try {
        await task(this.#immediately);
      } catch (error) {
        failures.push(error);
      }
    }
    if (failures.length > 0) throw failures[0];
  }
}

const exitTasks = new Set<() => void>();

function runExitTasks(): void {
  for (const task of [...exitTasks].reverse()) task();
}

/**
 * Runs a synchronous task when this process exits for whatever reason, in reverse order of registration. Returns a
 * function that cancels it. All tasks share one listener.
 */
export function onExit(task: () => void): () => void {
  if (exitTasks.size === 0) process.on('exit', runExitTasks);
  exitTasks.add(task);
  return () => {
    exitTasks.delete(task);
    if (exitTasks.size === 0) process.off('exit', runExitTasks);
  };
}
