/** A part of a trace, in nanoseconds since its start. */
export interface Interval {
  readonly start: number;
  readonly end: number;
}

/** How much of `start` to `end` the intervals cover together. */
export function coveredNanos(intervals: readonly Interval[], start: number, end: number): number {
  if (intervals.length === 0) return 0;
  let covered = 0;
  let until = start;
  for (const one of [...intervals].sort((a, b) => a.start - b.start)) {
    const from = Math.max(one.start, until);
    const to = Math.min(one.end, end);
    if (to <= from) continue;
    covered += to - from;
    until = to;
  }
  return covered;
}
