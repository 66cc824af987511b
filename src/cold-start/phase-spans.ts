import type { Context, HrTime, Span, Tracer } from '@opentelemetry/api';
import { performance } from 'node:perf_hooks';
import { contextWithSpan } from '../tracing/context/linked-context';
import type { Phase } from './phase';

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
