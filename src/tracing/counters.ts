import { diag } from '@opentelemetry/api';
import { state } from './state';

/** What is counted, under the attribute that reports it on the next invocation span. */
export type Counter =
  | 'fc_traced.dropped_spans'
  | 'fc_traced.malformed_carriers'
  | 'fc_traced.telemetry_errors';

/** Adds to a counter, and tells `diag` the first time that this very thing happened. `message` holds no secret. */
export function countAndTell(counter: Counter, amount: number, message: string): void {
  state.counts.set(counter, (state.counts.get(counter) ?? 0) + amount);
  tellOnce(message);
}

/** Says something through `diag` at level warn, once a process. */
export function tellOnce(message: string): void {
  if (state.told.has(message)) return;
  // A wire can bring ever new mistakes: what was said is remembered up to a bound.
  if (state.told.size < 1_000) state.told.add(message);
  diag.warn(`fc-traced: ${message}`);
}

/** Takes all counts, leaving zeros: the next trace carries them out. */
export function takeCounts(): Record<string, number> | undefined {
  if (state.counts.size === 0) return undefined;
  const counts = Object.fromEntries(state.counts);
  state.counts.clear();
  return counts;
}
