const SPACE = 2 ** 52;

/**
 * Returns whether a new trace is recorded. The decision depends only on the trace id, so that services with the same
 * ratio make the same decision.
 *
 * `ratio` is 0 to 1. Compares the first 52 of the id's 56 random bits with a rejection threshold, as specified in
 * https://opentelemetry.io/docs/specs/otel/trace/tracestate-probability-sampling/.
 */
export function sampleRoot(traceId: string, ratio: number): boolean {
  if (ratio >= 1) return true;
  if (ratio <= 0) return false;
  return Number.parseInt(traceId.slice(18, 31), 16) >= Math.round((1 - ratio) * SPACE);
}
