const SPACE = 2 ** 52;

/**
 * Whether a new root trace is recorded, from its id alone, so that every service with the same ratio decides alike.
 *
 * `ratio` is 0 to 1. Uses the randomness of the id's last 56 bits (of which 52 are read) against a rejection threshold, as
 * in https://opentelemetry.io/docs/specs/otel/trace/tracestate-probability-sampling/.
 */
export function sampleRoot(traceId: string, ratio: number): boolean {
  if (ratio >= 1) return true;
  if (ratio <= 0) return false;
  return Number.parseInt(traceId.slice(18, 31), 16) >= Math.round((1 - ratio) * SPACE);
}
