import { LiveTimeout } from './live-timeout';

/** How much longer a response waits after a freeze that ends its time, so that an acknowledgement is read. */
const GRACE_MILLIS = 100;

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
    let timer: LiveTimeout | undefined;
    const inVain = await new Promise<boolean>((resolve) => {
      const waiter: Waiter = { target, since, limit, isPatient, resolve };
      this.waiting.add(waiter);
      timer = new LiveTimeout(limit, () => this.end(waiter, true), GRACE_MILLIS);
    });
    timer?.clear();
    return { millis: Math.min(limit, this.clock() - since), inVain };
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
