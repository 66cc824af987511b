import type { Interval } from './intervals';

const STEPS = [1, 2, 5];

/** Round times between `start` and `end`, about `count` of them. */
export function ticksOf({ start, end }: Interval, count: number): number[] {
  const span = end - start;
  if (!(span > 0) || count < 1) return [];
  const magnitude = 10 ** Math.floor(Math.log10(span / count));
  const step = magnitude * (STEPS.find((factor) => magnitude * factor * count >= span) ?? 10);
  const ticks: number[] = [];
  for (let tick = Math.ceil(start / step) * step; tick <= end; tick += step) ticks.push(tick);
  return ticks;
}

/** Zooms by a factor around a time, and keeps the result within the trace and longer than a nanosecond. */
export function zoomed(shown: Interval, factor: number, around: number, durationNanos: number): Interval {
  const length = Math.min(Math.max((shown.end - shown.start) * factor, 1), Math.max(durationNanos, 1));
  const share = (around - shown.start) / (shown.end - shown.start || 1);
  return moved({ start: around - share * length, end: around + (1 - share) * length }, 0, durationNanos);
}

/** Moves an interval, but not out of the trace. */
export function moved({ start, end }: Interval, by: number, durationNanos: number): Interval {
  const length = end - start;
  const from = Math.min(Math.max(start + by, 0), Math.max(durationNanos - length, 0));
  return { start: from, end: from + length };
}
