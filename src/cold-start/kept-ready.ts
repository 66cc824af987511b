import { performance } from 'node:perf_hooks';

/** After so long without work, in milliseconds, nobody was waiting: the instance, or its process, was kept ready. */
export const KEPT_READY_MILLIS = 10_000;

/** Whether an instance that was ready at `readyAt`, on the clock of `performance.now()`, has been so for that long. */
export function wasKeptReady(readyAt: number): boolean {
  // By either clock: one of them may have stood still while the instance did.
  return Math.max(performance.now() - readyAt, Date.now() - (performance.timeOrigin + readyAt)) > KEPT_READY_MILLIS;
}
