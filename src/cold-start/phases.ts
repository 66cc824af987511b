import type { Attributes } from '@opentelemetry/api';
import { performance } from '../clock';

/** An instance or process that was idle for longer, in milliseconds, was kept ready: no caller waited for it. */
export const KEPT_READY_MILLIS = 10_000;

/** Whether an instance was kept ready since `readyAt`, which is on the clock of `performance.now()`. */
export function wasKeptReady(readyAt: number): boolean {
  // Either clock may have been stopped while the instance was frozen, so the longer time is used.
  const idleMillis = Math.max(performance.now() - readyAt, Date.now() - (performance.timeOrigin + readyAt));
  return idleMillis > KEPT_READY_MILLIS;
}

/** A phase of a cold start that has ended. Times are in milliseconds on the clock of `performance.now()`. */
export interface Phase {
  readonly name: string;
  readonly start: number;
  readonly end: number;
  readonly attributes?: Attributes;
  /** The phases that it consists of, as far as they are known. */
  readonly children: readonly Phase[];
}

/** Measures phases, which may be nested. */
export class Phases {
  private done: Phase[] = [];

  /** The phases that have ended, earliest first. */
  get all(): readonly Phase[] {
    return this.done;
  }

  /** Measures synchronous work. Work that throws is not recorded. Returns and throws what `work` does. */
  measure<T>(name: string, work: () => T): T {
    const outer = this.done;
    const children: Phase[] = [];
    this.done = children;
    const start = performance.now();
    try {
      const result = work();
      outer.push({ name, start, end: performance.now(), children });
      return result;
    } finally {
      this.done = outer;
    }
  }
}
