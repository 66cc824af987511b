/** Traces with a duration of at least `from` and less than `to` nanoseconds. */
export interface HistogramBar {
  readonly from: number;
  readonly to: number;
  readonly count: number;
  readonly errors: number;
}

interface Timed {
  readonly durationNanos: number;
  readonly errors: number;
}

const BARS_PER_DECADE = 20;
const MAX_BARS = 60;

const edge = (index: number, perDecade: number): number => 10 ** (index / perDecade);

/** Counts traces by duration, on a logarithmic scale from the shortest to the longest. */
export function durationHistogram(traces: readonly Timed[]): HistogramBar[] {
  if (traces.length === 0) return [];
  const logs = traces.map(({ durationNanos }) => Math.log10(Math.max(durationNanos, 1)));
  const [least, most] = [Math.min(...minMax(logs)), Math.max(...minMax(logs))];
  const perDecade = Math.min(BARS_PER_DECADE, MAX_BARS / Math.max(most - least, 1));
  const first = Math.floor(least * perDecade);
  const last = Math.floor(most * perDecade);
  const bars = Array.from({ length: last - first + 1 }, () => ({ count: 0, errors: 0 }));
  traces.forEach(({ errors }, index) => {
    const bar = bars[Math.floor(logs[index]! * perDecade) - first]!;
    bar.count += 1;
    if (errors > 0) bar.errors += 1;
  });
  return bars.map((bar, index) => ({
    from: first + index === 0 ? 0 : edge(first + index, perDecade),
    to: edge(first + index + 1, perDecade),
    ...bar,
  }));
}

function minMax(values: readonly number[]): [number, number] {
  let [least, most] = [Infinity, -Infinity];
  for (const value of values) {
    if (value < least) least = value;
    if (value > most) most = value;
  }
  return [least, most];
}
