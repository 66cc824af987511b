import { diag } from '@opentelemetry/api';
import type { Attributes } from '@opentelemetry/api';
import { state } from './state';

const COUNTERS = ['fc_traced.dropped_spans', 'fc_traced.malformed_carriers', 'fc_traced.telemetry_errors'] as const;

/** What is counted, under the attribute that reports it on the next invocation span. */
export type Counter = (typeof COUNTERS)[number];

/** Adds to a counter, and tells `diag` the first time that this very thing happened. `message` holds no secret. */
export function countAndTell(counter: Counter, amount: number, message: string): void {
  add(counter, amount);
  tellOnce(message);
}

/** Counts again what a span was to report that did not arrive. */
export function countAgain(attributes: Attributes): void {
  for (const counter of COUNTERS) {
    const amount = attributes[counter];
    if (typeof amount === 'number') add(counter, amount);
  }
}

function add(counter: Counter, amount: number): void {
  state.counts.set(counter, (state.counts.get(counter) ?? 0) + amount);
}

/** Says something through `diag` at level warn, once a process. */
export function tellOnce(message: string): void {
  if (state.told.has(message)) return;
  // A wire can bring ever new mistakes: what was said is remembered up to a bound.
  if (state.told.size < 1_000) state.told.add(message);
  try {
    diag.warn(`fc-traced: ${message}`);
  } catch {
    // A logger that fails is telemetry's own failure: it must not reach the call.
  }
}

/** Takes all counts, leaving zeros: the next trace carries them out. */
export function takeCounts(): Record<string, number> | undefined {
  if (state.counts.size === 0) return undefined;
  const counts = Object.fromEntries(state.counts);
  state.counts.clear();
  return counts;
}
