import type { Attributes, Context, HrTime, Span, Tracer } from '@opentelemetry/api';
import { performance } from 'node:perf_hooks';
import { contextWithSpan } from '../tracing/context/linked-context';

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

/** From the clock of `performance.now()` to milliseconds since the epoch. */
export type WallClock = (mark: number) => number;

/**
 * The wall clock of this process, never beyond `latest`. A span of the SDK starts at a whole millisecond, up to one too early:
 * without that bound, what came before the invocation would seem to end inside of it. `offset`: how far `Date` was ahead.
 */
export function wallClock(offset: number, latest: number): WallClock {
  // What the wall clock was set by since the process started; to be behind by less than a millisecond is only that `Date` has no fractions.
  const shift = Math.max(0, offset) + Math.min(0, offset + 1);
  return (mark) => Math.min(performance.timeOrigin + mark + shift, latest);
}

/** When a span started, in milliseconds since the epoch; without a bound where that cannot be read. */
export function startOf(span: Span): number {
  const { startTime } = span as { startTime?: HrTime };
  return Array.isArray(startTime) ? startTime[0] * 1e3 + startTime[1] / 1e6 : Number.POSITIVE_INFINITY;
}

/** Makes the span of a phase that is over, and those of what it consisted of below it. */
export function recordPhase(tracer: Tracer, phase: Phase, context: Context, clock: WallClock): void {
  const span = tracer.startSpan(
    phase.name,
    { startTime: clock(phase.began), ...(phase.attributes && { attributes: phase.attributes }) },
    context,
  );
  const below = contextWithSpan(context, span);
  for (const inner of phase.within) recordPhase(tracer, inner, below, clock);
  span.end(clock(phase.ended));
}
