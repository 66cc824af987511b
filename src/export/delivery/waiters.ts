interface Waiter {
  readonly target: number;
  readonly since: number;
  readonly limit: number;
  /** Whether nothing but its limit ends the wait early. */
  readonly isPatient: boolean;
  readonly resolve: (inVain: boolean) => void;
}

/** How a wait ended. */
export interface Waited {
  readonly millis: number;
  /** Whether it ended before the spans were delivered or dropped. */
  readonly inVain: boolean;
}

/** The responses and hooks that wait until spans are settled. */
export class Waiters {
  private readonly waiting = new Set<Waiter>();

  constructor(private readonly clock: () => number) {}

  /** Resolves when all spans before the position `target` are settled, when it is released, or after `limit` ms. */
  async wait(target: number, limit: number, isPatient: boolean): Promise<Waited> {
    const since = this.clock();
    let timer: NodeJS.Timeout | undefined;
    const inVain = await new Promise<boolean>((resolve) => {
      const waiter: Waiter = { target, since, limit, isPatient, resolve };
      this.waiting.add(waiter);
      timer = setTimeout(() => this.end(waiter, true), Math.min(limit, 2 ** 31 - 1));
    });
    clearTimeout(timer);
    return { millis: this.clock() - since, inVain };
  }

  /** All spans before a position are settled. */
  settled(upTo: number): void {
    for (const waiter of this.waiting) if (waiter.target <= upTo) this.end(waiter, false);
  }

  /** Ends the waits for which `isVain`, called with the remaining milliseconds, returns true. */
  release(isVain: (remainingMillis: number) => boolean): void {
    const now = this.clock();
    for (const waiter of this.waiting) {
      if (!waiter.isPatient && isVain(waiter.limit - (now - waiter.since))) this.end(waiter, true);
    }
  }

  private end(waiter: Waiter, inVain: boolean): void {
    if (this.waiting.delete(waiter)) waiter.resolve(inVain);
  }
}
