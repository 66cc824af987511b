import { diag, DiagConsoleLogger, metrics } from '@opentelemetry/api';
import type { Attributes } from '@opentelemetry/api';
import { isApiRegistryKnown, registeredWithApi, sharedByCopies } from './api-registry';
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

/** The limit of remembered messages. It bounds memory, as remote callers can cause an unlimited number of messages. */
const MAX_MESSAGES = 1_000;

/** The counts since the last report, and the messages that were logged. One per process. */
export const diagnostics = {
  counts: new Map<Counter, number>(),
  /** Shared by all copies of fc-traced. */
  messages: sharedByCopies('messages', () => new Set<string>()),
};

/** Counts a telemetry failure and logs `message` once. The message must not contain a secret. */
export function countError(message: string): void {
  add(ATTR_FC_TRACED_TELEMETRY_ERRORS, 1);
  warnOnce(message);
}

/** Like {@link countError}, for a failure that loses spans for certain: see {@link warnOfLoss}. */
export function countLoss(message: string): void {
  add(ATTR_FC_TRACED_TELEMETRY_ERRORS, 1);
  warnOfLoss(message);
}

/** Counts malformed trace context or baggage and logs `message` once. The message must not contain a secret. */
export function countMalformed(amount: number, message: string): void {
  add(ATTR_FC_TRACED_MALFORMED_CARRIERS, amount);
  warnOnce(message);
}

/** Counts spans that were not delivered and logs `message` once, as {@link warnOfLoss} does. The message must not contain a secret. */
export function countDropped(amount: number, message: string): void {
  add(ATTR_FC_TRACED_DROPPED_SPANS, amount);
  warnOfLoss(message);
}

/**
 * Logs a message through `diag` at level `warn`, once per process. Without a logger and without `OTEL_LOG_LEVEL`,
 * nothing is printed.
 */
export function warnOnce(message: string): void {
  if (isNew(message)) warn(message);
}

/**
 * Logs, once per process, that a part of a trace is lost for certain. Without a logger and without `OTEL_LOG_LEVEL`, it
 * is printed to the console: otherwise nobody would notice.
 */
export function warnOfLoss(message: string): void {
  if (isNew(message)) warnOfOutage(message);
}

/** Logs, each time, that the delivery of traces is interrupted or works again; printed as by {@link warnOfLoss}. */
export function warnOfOutage(message: string): void {
  if (registeredWithApi('diag') === undefined) print(message);
  else warn(message);
}

function isNew(message: string): boolean {
  if (diagnostics.messages.has(message)) return false;
  // The oldest is dropped, so that callers who cause many messages cannot have the others logged again and again.
  const { messages } = diagnostics;
  if (messages.size >= MAX_MESSAGES) messages.delete(messages.values().next().value!);
  messages.add(message);
  return true;
}

function warn(message: string): void {
  try {
    diag.warn(`fc-traced: ${message}`);
  } catch {
    // A logger that throws must not affect the call.
  }
}

function print(message: string): void {
  // If the registry is kept elsewhere, a logger may be registered, which gets the message as well.
  warn(message);
  try {
    // oxlint-disable-next-line no-console -- the only output that exists without a logger
    console.warn(`fc-traced: ${message}`);
  } catch {
    // Nor must a console that throws.
  }
}

/** Returns all counts as attributes for the next invocation span, and resets them. */
export function takeCounts(): Attributes | undefined {
  if (diagnostics.counts.size === 0) return undefined;
  const counts = Object.fromEntries(diagnostics.counts);
  diagnostics.counts.clear();
  return counts;
}

/** Adds back the counts of a span that was not delivered. */
export function restoreCounts(attributes: Attributes): void {
  for (const counter of COUNTERS) {
    const amount = attributes[counter];
    if (typeof amount === 'number') add(counter, amount);
  }
}

function add(counter: Counter, amount: number): void {
  diagnostics.counts.set(counter, (diagnostics.counts.get(counter) ?? 0) + amount);
}

/**
 * Prints `diag` to the console at `logLevel` and above. Does nothing if `logLevel` is `undefined`, or if the
 * application has registered a `diag` logger or may have.
 */
export function ensureDiagLogger(logLevel: number | undefined): void {
  if (logLevel === undefined || registeredWithApi('diag') !== undefined) return;
  if (isApiRegistryKnown() || createsApiRegistry()) diag.setLogger(new DiagConsoleLogger(), logLevel);
  else {
    warnOnce(
      "@opentelemetry/api does not keep its registry in Symbol.for('opentelemetry.js.api.1') as expected; " +
        'OTEL_LOG_LEVEL is ignored, because printing could replace a diag logger of the application',
    );
  }
}

/**
 * Returns whether a registration with the API creates the registry where it is expected. Before the first registration
 * there is no registry, so its absence does not mean that it is kept elsewhere. Nothing stays registered.
 */
function createsApiRegistry(): boolean {
  if (!metrics.setGlobalMeterProvider(metrics.getMeterProvider())) return false;
  const isKnown = isApiRegistryKnown();
  metrics.disable();
  return isKnown;
}
