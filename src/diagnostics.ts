import { diag, DiagConsoleLogger } from '@opentelemetry/api';
import type { Attributes } from '@opentelemetry/api';
import { registeredWithApi } from './api-registry';
import {
  ATTR_FC_TRACED_DROPPED_SPANS,
  ATTR_FC_TRACED_MALFORMED_CARRIERS,
  ATTR_FC_TRACED_TELEMETRY_ERRORS,
} from './semconv';

const COUNTERS = [
  ATTR_FC_TRACED_DROPPED_SPANS,
  ATTR_FC_TRACED_MALFORMED_CARRIERS,
  ATTR_FC_TRACED_TELEMETRY_ERRORS,
] as const;

type Counter = (typeof COUNTERS)[number];

/** Callers on the wire can cause ever new messages: only this many are remembered as logged. */
const MAX_MESSAGES = 1_000;

/** What was counted since the last report, and which messages were logged. One per process. */
export const diagnostics = { counts: new Map<Counter, number>(), messages: new Set<string>() };

/** Counts a failure of telemetry itself and logs `message` once. The message must hold no secret. */
export function countError(message: string): void {
  add(ATTR_FC_TRACED_TELEMETRY_ERRORS, 1);
  warnOnce(message);
}

/** Counts malformed trace context or baggage and logs `message` once. The message must hold no secret. */
export function countMalformed(amount: number, message: string): void {
  add(ATTR_FC_TRACED_MALFORMED_CARRIERS, amount);
  warnOnce(message);
}

/** Counts spans that were not delivered and logs `message` once. The message must hold no secret. */
export function countDropped(amount: number, message: string): void {
  add(ATTR_FC_TRACED_DROPPED_SPANS, amount);
  warnOnce(message);
}

/** Logs a message through `diag` at level `warn`, once per process. */
export function warnOnce(message: string): void {
  if (diagnostics.messages.has(message)) return;
  if (diagnostics.messages.size < MAX_MESSAGES) diagnostics.messages.add(message);
  try {
    diag.warn(`fc-traced: ${message}`);
  } catch {
    // A logger that throws is a failure of telemetry: it must not reach the call.
  }
}

/** Returns all counts and resets them: the next invocation span reports them. */
export function takeCounts(): Attributes | undefined {
  if (diagnostics.counts.size === 0) return undefined;
  const counts = Object.fromEntries(diagnostics.counts);
  diagnostics.counts.clear();
  return counts;
}

/** Adds the counts back that a span carried which was not delivered. */
export function restoreCounts(attributes: Attributes): void {
  for (const counter of COUNTERS) {
    const amount = attributes[counter];
    if (typeof amount === 'number') add(counter, amount);
  }
}

function add(counter: Counter, amount: number): void {
  diagnostics.counts.set(counter, (diagnostics.counts.get(counter) ?? 0) + amount);
}

/** Prints `diag` on the console from a level on, where one is given and the application set no logger of its own. */
export function ensureDiagLogger(logLevel: number | undefined): void {
  if (logLevel !== undefined && registeredWithApi('diag') === undefined) {
    diag.setLogger(new DiagConsoleLogger(), logLevel);
  }
}
