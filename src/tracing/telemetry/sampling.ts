import { createTraceState } from '@opentelemetry/api';
import type { TraceState } from '@opentelemetry/api';
import { types } from 'node:util';
import { countError } from '../../diagnostics';

/** The significant digits of a rejection threshold, as the specification recommends. */
const PRECISION = 4;
/** The hex digits of 56 bits: of a threshold, and of the random part of a trace id. */
const DIGITS = 14;
/** The longest `ot` member of a `tracestate`, in characters. */
const MAX_MEMBER = 256;

/** The sampling decision about a new trace. */
export interface RootDecision {
  readonly isSampled: boolean;
  /** The `tracestate` of the trace, which contains the threshold if it is sampled. */
  readonly traceState: TraceState | undefined;
}

const NOT_SAMPLED: RootDecision = { isSampled: false, traceState: undefined };

/** A ratio as the specification expresses it. */
interface Threshold {
  /** The value of `th`: hex digits without trailing zeros. */
  readonly th: string;
  /** All digits, for comparison. */
  readonly digits: string;
  readonly decision: RootDecision;
}

/** The `tracestate` of new traces. It is serialized for each of their spans, so the text is kept. */
class ThresholdState implements TraceState {
  private readonly list: TraceState;

  constructor(private readonly text: string) {
    this.list = createTraceState(text);
  }

  get(key: string): string | undefined {
    return this.list.get(key);
  }

  set(key: string, value: string): TraceState {
    return this.list.set(key, value);
  }

  unset(key: string): TraceState {
    return this.list.unset(key);
  }

  serialize(): string {
    return this.text;
  }
}

/** A function may return any number of ratios. */
const MAX_THRESHOLDS = 64;
const thresholds = new Map<number, Threshold>();

function thresholdOf(ratio: number): Threshold {
  const known = thresholds.get(ratio);
  if (known !== undefined) return known;
  const th = ratio >= 1 ? '0' : rejectionDigits(ratio);
  const traceState = new ThresholdState(`ot=th:${th}`);
  const made = { th, digits: th.padEnd(DIGITS, '0'), decision: { isSampled: true, traceState } };
  if (thresholds.size >= MAX_THRESHOLDS) thresholds.clear();
  thresholds.set(ratio, made);
  return made;
}

/** `1 - ratio` in hex, rounded to four digits after the leading `f`s, so that small ratios are as exact as others. */
function rejectionDigits(ratio: number): string {
  const exponent = Math.floor(Math.log2(ratio)) + 1;
  const precision = Math.max(1, Math.min(12, PRECISION + Math.floor(exponent / -4)));
  const steps = 16 ** precision;
  const rejected = Math.min(steps - 1, Math.round((1 - ratio) * steps));
  const digits = rejected
    .toString(16)
    .padStart(precision, '0')
    .replace(/(?<!0)0+$/, '');
  return digits === '' ? '0' : digits;
}

/**
 * Decides whether a new trace is recorded. The decision depends only on the ratio, 0 to 1, and on the randomness of the
 * trace: the value `rv` in `given`, which is what the program put into the `tracestate`, else the last 56 bits of the
 * trace id. So services with the same ratio make the same decision, and a trace that is sampled with one ratio is
 * sampled with every higher one. An id in an object is read only if the decision depends on it.
 *
 * Specification: https://opentelemetry.io/docs/specs/otel/trace/tracestate-probability-sampling/
 */
export function sampleRoot(
  traceId: string | { readonly value: string },
  ratio: number,
  given?: TraceState,
): RootDecision {
  const ot = given === undefined ? undefined : readOt(given);
  if (ratio > 0) {
    const { th, digits, decision } = thresholdOf(ratio);
    const id = typeof traceId === 'string' ? traceId : traceId.value;
    if ((ot?.rv ?? id.slice(-DIGITS)) >= digits) {
      return given === undefined ? decision : { isSampled: true, traceState: withThreshold(given, th) };
    }
  }
  return given === undefined ? NOT_SAMPLED : { isSampled: false, traceState: withThreshold(given, undefined) };
}

/**
 * Returns the `tracestate` of a trace that its caller sampled, without a threshold by which it would not have been
 * sampled. `undefined`: that of the caller is consistent.
 */
export function consistentTraceState(traceId: string, given: TraceState): TraceState | undefined {
  const { th, rv } = readOt(given);
  if (th === undefined || (rv ?? traceId.slice(-DIGITS)) >= th.padEnd(DIGITS, '0')) return undefined;
  return withThreshold(given, undefined);
}

interface OtMember {
  /** The rejection threshold, 1 to 14 hex digits. */
  readonly th?: string;
  /** The explicit randomness, 14 hex digits. */
  readonly rv?: string;
  /** All entries but `th`. */
  readonly others: readonly string[];
}

const TH = /^th:([0-9a-f]{1,14})$/;
const RV = /^rv:([0-9a-f]{14})$/;

/**
 * Reads the member of OpenTelemetry. Values that are malformed or set twice count as missing. Specification:
 * https://opentelemetry.io/docs/specs/otel/trace/tracestate-handling/
 */
function readOt(traceState: TraceState): OtMember {
  const text = memberOf(traceState);
  if (typeof text !== 'string' || text.length > MAX_MEMBER) return { others: [] };
  const entries = text.split(';').filter((entry) => entry !== '');
  const valueOf = (prefix: string, format: RegExp): string | undefined => {
    const found = entries.filter((entry) => entry.startsWith(prefix));
    return found.length === 1 ? format.exec(found[0]!)?.[1] : undefined;
  };
  const th = valueOf('th:', TH);
  const rv = valueOf('rv:', RV);
  const others = entries.filter((entry) => !entry.startsWith('th:'));
  return { ...(th !== undefined && { th }), ...(rv !== undefined && { rv }), others };
}

/** The program may pass an implementation of its own, which may lack members or throw. */
function memberOf(traceState: TraceState): unknown {
  try {
    return traceState.get('ot');
  } catch {
    return undefined;
  }
}

/** Sets or removes the threshold. All other entries and members are kept; an entry that does not fit is not set. */
export function withThreshold(traceState: TraceState, th: string | undefined): TraceState {
  const { others } = readOt(traceState);
  const rest = others.join(';');
  const text = th === undefined ? rest : [`th:${th}`, ...others].join(';');
  const fitting = text.length <= MAX_MEMBER ? text : rest;
  return fitting === '' ? traceState.unset('ot') : traceState.set('ot', fitting);
}

/** The ratios of a handler, as `config` resolves them. */
interface Ratios<Trigger extends string, Context> {
  readonly of: ((trigger: Trigger, context: Context) => unknown) | undefined;
  readonly byTrigger: Readonly<Record<string, number>> & { readonly default: number };
}

/** Returns whether a new trace of any trigger may be recorded. */
export function maySample({ of, byTrigger }: Ratios<never, never>): boolean {
  return of !== undefined || Object.values(byTrigger).some((ratio) => ratio > 0);
}

/** Returns the ratio, 0 to 1, of the new trace of an invocation. Never throws. */
export function ratioOf<Trigger extends string, Context>(
  { of, byTrigger }: Ratios<Trigger, Context>,
  trigger: Trigger,
  context: Context,
): number {
  return (of === undefined ? undefined : askFor(of, trigger, context)) ?? byTrigger[trigger] ?? byTrigger.default;
}

function askFor<Trigger, Context>(
  of: (trigger: Trigger, context: Context) => unknown,
  trigger: Trigger,
  context: Context,
): number | undefined {
  try {
    const given = of(trigger, context);
    if (given === undefined || (typeof given === 'number' && given >= 0 && given <= 1)) return given;
    if (types.isPromise(given)) {
      // The invocation does not wait for it. An unhandled rejection would end the process.
      given.catch(() => {});
      countError('the function sampleRatio returned a promise; the default ratio was used');
    } else countError('the function sampleRatio did not return a ratio from 0 to 1; the default ratio was used');
  } catch {
    countError('the function sampleRatio threw; the default ratio was used');
  }
  return undefined;
}
