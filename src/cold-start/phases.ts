import type { Attributes } from '@opentelemetry/api';
import { performance } from 'node:perf_hooks';

/** After so long without work, in milliseconds, nobody was waiting: the instance, or its process, was kept ready. */
export const KEPT_READY_MILLIS = 10_000;

/** Whether an instance that was ready at `readyAt`, on the clock of `performance.now()`, has been so for that long. */
export function wasKeptReady(readyAt: number): boolean {
  // By either clock: one of them may have stood still while the instance did.
  return Math.max(performance.now() - readyAt, Date.now() - (performance.timeOrigin + readyAt)) > KEPT_READY_MILLIS;
}

/** A stretch of a start that is over. Times are milliseconds on the clock of `performance.now()`. */
export interface Phase {
  readonly name: string;
  readonly began: number;
  readonly ended: number;
  readonly attributes?: Attributes;
  /** What it consisted of, as far as that is known. */
  readonly within: readonly Phase[];
}

/** Takes the times of work as it is done, work inside work included. */
export class Phases {
  private done: Phase[] = [];

  /** What was done so far, earliest first. */
  get all(): readonly Phase[] {
    return this.done;
  }

  /** Does synchronous work and remembers when; what failed is not remembered. Returns and throws what `work` does. */
  measure<T>(name: string, work: () => T): T {
    const outer = this.done;
    const within: Phase[] = [];
    this.done = within;
    const began = performance.now();
    try {
      const result = work();
      outer.push({ name, began, ended: performance.now(), within });
      return result;
    } finally {
      this.done = outer;
    }
  }
}
