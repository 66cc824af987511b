/** The places for requests in one instance: who finds none waits for the next that is left, first come, first served. */
export class RequestSlots {
  readonly #waiting: (() => void)[] = [];
  #free: number;
  readonly #all: number;

  constructor(count: number) {
    this.#all = count;
    this.#free = count;
  }

  /** Whether no request is in. */
  get empty(): boolean {
    return this.#free === this.#all;
  }

  async enter(): Promise<void> {
    if (this.#free === 0) return new Promise((enter) => this.#waiting.push(enter));
    this.#free -= 1;
  }

  leave(): void {
    const next = this.#waiting.shift();
    if (next === undefined) this.#free += 1;
    else next();
  }
}
