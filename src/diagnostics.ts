import { diag, DiagConsoleLogger } from '@opentelemetry/api';
import type { Attributes } from '@opentelemetry/api';

const COUNTERS = ['fc_traced.dropped_spans', 'fc_traced.malformed_carriers', 'fc_traced.telemetry_errors'] as const;

/** What is counted, under the attribute that reports it on the next invocation span. */
export type Counter = (typeof COUNTERS)[number];

/** What happened and is not yet reported on a span, and the messages that were logged already. One per process. */
export const diagnostics = { counts: new Map<string, number>(), messages: new Set<string>() };

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
  diagnostics.counts.set(counter, (diagnostics.counts.get(counter) ?? 0) + amount);
}

/** Says something through `diag` at level warn, once a process. */
export function tellOnce(message: string): void {
  if (diagnostics.messages.has(message)) return;
  // A wire can bring ever new mistakes: what was said is remembered up to a bound.
  if (diagnostics.messages.size < 1_000) diagnostics.messages.add(message);
  try {
    diag.warn(`fc-traced: ${message}`);
  } catch {
    // A logger that fails is telemetry's own failure: it must not reach the call.
  }
}

/** Takes all counts, leaving zeros: the next trace carries them out. */
export function takeCounts(): Record<string, number> | undefined {
  if (diagnostics.counts.size === 0) return undefined;
  const counts = Object.fromEntries(diagnostics.counts);
  diagnostics.counts.clear();
  return counts;
}

/** Where OpenTelemetry's API keeps what was registered with it. */
const API_GLOBAL = Symbol.for('opentelemetry.js.api.1');

/** Has `diag` printed on the console from a level on, where one is given and the application set no logger of its own. */
export function ensureDiagLogger(logLevel: number | undefined): void {
  if (logLevel === undefined) return;
  const registered = Reflect.get(globalThis, API_GLOBAL) as { diag?: unknown } | undefined;
  if (registered?.diag === undefined) diag.setLogger(new DiagConsoleLogger(), logLevel);
}
