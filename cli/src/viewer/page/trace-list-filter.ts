import type { TraceSummary } from '../model/summary';
import type { DurationRange } from './histogram-view';

/** What the list of traces shows. It stays when another view is opened. */
export interface ListState {
  search: string;
  errorsOnly: boolean;
  coldStartsOnly: boolean;
  service: string;
  range: DurationRange | undefined;
  selected: string | undefined;
}

export const initialListState = (): ListState => ({
  search: '',
  errorsOnly: false,
  coldStartsOnly: false,
  service: '',
  range: undefined,
  selected: undefined,
});

/** The traces that the filters leave, apart from the range of durations. */
export function filtered(traces: Iterable<TraceSummary>, state: ListState): TraceSummary[] {
  return [...traces].filter(
    (trace) =>
      (!state.errorsOnly || trace.errors > 0) &&
      (!state.coldStartsOnly || trace.coldStart) &&
      (state.service === '' || trace.services.includes(state.service)),
  );
}

export function inRange({ durationNanos }: TraceSummary, range: DurationRange | undefined): boolean {
  return range === undefined || (durationNanos >= range.from && durationNanos < range.to);
}

/** The newest first. */
export function byStart(a: TraceSummary, b: TraceSummary): number {
  const difference = BigInt(b.startNanos) - BigInt(a.startNanos);
  return difference > 0n ? 1 : difference < 0n ? -1 : 0;
}
