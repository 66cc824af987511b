/** Why a span was dropped. */
export const DROP_REASONS = [
  'queueFull',
  'refused',
  'redirected',
  'rejected',
  'tooLarge',
  'unencodable',
  'endpointReplaced',
] as const;

/** A reason for which spans are dropped; see {@link DeliveryStats}. */
export type DropReason = (typeof DROP_REASONS)[number];

/** What became of the spans of this process, since it started. */
export interface DeliveryStats {
  /** Recorded spans that ended. Always the sum of `acknowledged`, `waiting` and all of `dropped`. */
  readonly made: number;
  /** Spans that were part of a request, each counted once. */
  readonly sent: number;
  /** Spans whose request the endpoint accepted. */
  readonly acknowledged: number;
  /**
   * Spans that will not be sent again, each counted once. `queueFull`: the queue had no place. `refused`: a status 4xx.
   * `redirected`: a status 3xx. `rejected`: an accepted OTLP request whose response says so (partial success).
   * `tooLarge`: refused for its size although its values were cut. `unencodable`: the exporter threw.
   * `endpointReplaced`: FC set another endpoint, and the previous one did not accept them in time.
   */
  readonly dropped: Readonly<Record<DropReason, number>>;
  /** Spans that wait to be sent, to be acknowledged, or to be sent again. */
  readonly waiting: number;
  /**
   * How long responses waited for tracing, in milliseconds: the sum over all invocations. What took less than a
   * millisecond is not included.
   */
  readonly waitedMillis: number;
}

const none = (): Record<DropReason, number> =>
  Object.fromEntries(DROP_REASONS.map((reason) => [reason, 0])) as Record<DropReason, number>;

/** The counts of this process. */
export const deliveryCounts = { made: 0, sent: 0, acknowledged: 0, dropped: none(), waitedMillis: 0 };

/**
 * Returns what became of the spans of this process: how many were made, sent, acknowledged and dropped, how many wait,
 * and how long responses waited. Spans of the application's own tracer provider are not included. Loads nothing.
 *
 * @example
 * ```ts
 * import { deliveryStats } from 'fc-traced';
 * const { made, acknowledged, waiting } = deliveryStats();
 * console.log(`${acknowledged} of ${made} spans have arrived, ${waiting} wait`);
 * ```
 */
export function deliveryStats(): DeliveryStats {
  const { made, sent, acknowledged, waitedMillis } = deliveryCounts;
  const dropped = { ...deliveryCounts.dropped };
  const lost = Object.values(dropped).reduce((total, count) => total + count, 0);
  return { made, sent, acknowledged, dropped, waiting: made - acknowledged - lost, waitedMillis };
}
