import type { Context, HrTime } from '@opentelemetry/api';
import { performance } from 'node:perf_hooks';
import { spanIn } from '../tracing/context/linked-context';

/** The private clock readings of an SDK span, and its start time, which is read-only in its public type. */
interface TimedSpan {
  startTime: HrTime;
  readonly _performanceStartTime: number;
  readonly _startTimeProvided: boolean;
}

/** Returns the span with its clock readings, or `undefined` if it has none or its start time was given explicitly. */
export function timed(span: unknown): TimedSpan | undefined {
  const candidate = span as Partial<TimedSpan> | undefined;
  return typeof candidate?._performanceStartTime === 'number' && candidate._startTimeProvided === false
    ? (candidate as TimedSpan)
    : undefined;
}

/** Returns how many milliseconds ago a span started, or `undefined` if it does not know that itself. */
export function millisSinceStart(span: unknown): number | undefined {
  const startMillis = timed(span)?._performanceStartTime;
  return startMillis === undefined ? undefined : performance.now() - startMillis;
}

/**
 * Aligns the start time of a span with the clock of its parent.
 *
 * The SDK starts a span at whole milliseconds and measures only its duration precisely. So a child may seem to end
 * after its parent, and siblings to start at the same time. This sets the start time from the parent's start time and
 * the precise time since then. That of a local root is made precise, because it may seem to start before the caller's
 * span otherwise. An explicit start time is kept.
 */
export function alignStart(span: unknown, context: Context): void {
  const child = timed(span);
  if (child === undefined) return;
  const parent = timed(spanIn(context));
  if (parent === undefined) return addFraction(child);
  const nanos = parent.startTime[1] + Math.round((child._performanceStartTime - parent._performanceStartTime) * 1e6);
  const seconds = Math.floor(nanos / 1e9);
  child.startTime = [parent.startTime[0] + seconds, nanos - seconds * 1e9];
}

/** Adds the fraction of a millisecond to a start time, unless the system clock was adjusted since the process started. */
function addFraction(span: TimedSpan): void {
  const [seconds, nanos] = span.startTime;
  const fraction = performance.timeOrigin + span._performanceStartTime - (seconds * 1e3 + nanos / 1e6);
  if (fraction > 0 && fraction < 1) span.startTime = [seconds, nanos + Math.floor(fraction * 1e6)];
}
