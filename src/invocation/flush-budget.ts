import { readNumber } from '../fc/context';

/** Kept free before the function's timeout, so that the answer still gets out. */
const MARGIN_MILLIS = 100;

/**
 * Milliseconds that delivery may take before the answer: the option, but never more than what the function's timeout leaves.
 * `elapsedMillis` counts from the entry of the handler. 0 where no time is left.
 */
export function flushBudget(flushTimeoutMillis: number, context: unknown, elapsedMillis: number): number {
  const timeout = readNumber(context, 'function', 'timeout');
  if (timeout === undefined || timeout <= 0) return flushTimeoutMillis;
  return Math.max(0, Math.min(flushTimeoutMillis, timeout * 1_000 - elapsedMillis - MARGIN_MILLIS));
}
