import { hasTag, isAbortSignal } from '../../realms';
import { dataProperty, readField } from '../../safe-access';
import { isAbortError } from '../end-strategies/abort-error';

const MAX_ERRORS = 32;
const MAX_READS = 128;
/** An argument, its options, two levels of options in these, and the signal. */
const MAX_DEPTH = 4;

/** Why the caller cancelled, if it did. */
interface Cancelled {
  /** The reason of the signal; `undefined` if it has none. */
  readonly reason: unknown;
}

/** Returns why a value is a cancelled signal: an `AbortSignal`, a `CancelToken` of axios, or a `CancellationToken`. */
function cancelledBy(value: object): Cancelled | undefined {
  if (isAbortSignal(value)) return value.aborted ? { reason: readField(value, 'reason') } : undefined;
  if (typeof dataProperty(value, 'throwIfRequested') === 'function') {
    const reason = readField(value, 'reason');
    return reason === undefined ? undefined : { reason };
  }
  const isRequested = dataProperty(value, 'onCancellationRequested') && readField(value, 'isCancellationRequested');
  return isRequested === true ? { reason: undefined } : undefined;
}

/** Yields the cancelled signals among the arguments of a call and in their options. Runs no getters of the program. */
function* cancelledSignals(args: ArrayLike<unknown>): Generator<Cancelled> {
  let reads = 0;
  const seen = new Set<unknown>();
  let level: unknown[] = Array.from(args);
  for (let depth = 0; depth < MAX_DEPTH && level.length > 0; depth += 1) {
    const inner: unknown[] = [];
    for (const value of level) {
      if (typeof value !== 'object' || value === null || seen.has(value)) continue;
      if ((reads += 1) > MAX_READS) return;
      seen.add(value);
      const found = cancelledBy(value);
      if (found !== undefined) yield found;
      // The signal of these is behind a getter of the platform.
      if (hasTag(value, 'Request') || hasTag(value, 'AbortController')) inner.push(readField(value, 'signal'));
      else if (!ArrayBuffer.isView(value)) {
        for (const key of Object.keys(value).slice(0, MAX_READS)) {
          inner.push(Reflect.getOwnPropertyDescriptor(value, key)?.value);
        }
        // It need not be enumerable.
        inner.push(Reflect.getOwnPropertyDescriptor(value, 'signal')?.value);
      }
    }
    level = inner;
  }
}

/** Returns whether an error by itself says that the work was cancelled for this reason. */
function saysCancelled(error: unknown, reason: unknown): boolean {
  if (error === reason) return reason !== undefined;
  if (isAbortError(error)) return true;
  // A time limit of the program itself has the same name, so the signal must be one of `AbortSignal.timeout()`.
  return readField(error, 'name') === 'TimeoutError' && readField(reason, 'name') === 'TimeoutError';
}

/** Returns whether an error, its causes, or all errors of an `AggregateError` say that the work was cancelled. */
function isDueTo(error: unknown, reason: unknown, known: Map<unknown, boolean>): boolean {
  if (saysCancelled(error, reason)) return true;
  if (typeof error !== 'object' || error === null || known.size >= MAX_ERRORS) return false;
  const before = known.get(error);
  if (before !== undefined) return before;
  known.set(error, false);
  const errors = readField(error, 'errors');
  const isDue =
    (Array.isArray(errors) && errors.length > 0 && errors.every((one) => isDueTo(one, reason, known))) ||
    isDueTo(readField(error, 'cause'), reason, known);
  known.set(error, isDue);
  return isDue;
}

/**
 * Returns whether an error means that the caller cancelled the call: a signal among the arguments is aborted, and the
 * error is its reason, or says that the work was aborted or cancelled, or is caused by such an error.
 */
export function isCancellation(error: unknown, args: ArrayLike<unknown>): boolean {
  try {
    for (const { reason } of cancelledSignals(args)) if (isDueTo(error, reason, new Map())) return true;
    return false;
  } catch {
    return false; // A proxy among the arguments threw.
  }
}
