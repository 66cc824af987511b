/** Puts one thing away. `now` says that someone waits for the end: running work is cut off. */
export type Stop = (now: boolean) => void | Promise<void>;

/** What is to be put away when a story ends, whichever way it ends: last come, first gone. */
export class Ending {
  readonly #stops: Stop[] = [];
  #ending: Promise<void> | undefined;
  #now = false;

  /** Whether the end has begun. */
  get begun(): boolean {
    return this.#ending !== undefined;
  }

  /** Remembers how to put something away; done at once when the end has begun already. */
  defer(stop: Stop): void {
    this.#stops.push(stop);
    if (this.#ending !== undefined) this.#ending = this.#ending.then(() => this.#drain());
  }

  /** Puts everything away. What fails does not keep the rest; the first failure is thrown in the end. */
  run(now = false): Promise<void> {
    this.#now ||= now;
    return (this.#ending ??= this.#drain());
  }

  async #drain(): Promise<void> {
    const failures: unknown[] = [];
    for (let stop = this.#stops.pop(); stop !== undefined; stop = this.#stops.pop()) {
      try {
        await stop(this.#now);
      } catch (error) {
        failures.push(error);
      }
    }
    if (failures.length > 0) throw failures[0];
  }
}
