import type { RecordOf } from '../fc/trigger-events';

/** Options of `forEachRecord`. */
export interface ForEachRecordOptions {
  /** How many records are processed at once; `Infinity` for all. Default: 1. */
  readonly concurrency?: number;
  /**
   * Keep the order of records that belong together, such as those of a Kafka partition, where `concurrency` is more
   * than 1. With `onFailure: 'reject'` a failure then ends its group, whose further records are skipped. Default:
   * false.
   */
  readonly ordered?: boolean;
  /** Whether the promise rejects at the end if a record failed, or only reports what failed. Default: `reject`. */
  readonly onFailure?: 'reject' | 'report';
}

/** Processes one record. */
export type RecordFunction = (record: unknown, index: number) => unknown;

/** A record that failed. */
export interface RecordFailure<R> {
  /** The index of the record in the event, from 0. */
  readonly index: number;
  readonly record: R;
  /** What its function threw. */
  readonly error: unknown;
}

/** The result of a batch. */
export interface BatchResult<R> {
  /** Number of records in the event. */
  readonly count: number;
  /** In the order of the event. */
  readonly failures: readonly RecordFailure<R>[];
}

/**
 * Calls a function for each record of an event: for each element of an array, of `events` (OSS, CDN) or of `Records`
 * (Tablestore), and for any other event once. Elements that are strings of JSON are parsed.
 *
 * If the invocation is recorded, each record is processed in a CONSUMER span, `process <destination>`, that links to
 * its producer. Baggage that the record carries is active meanwhile. The number of failed records becomes
 * `fc_traced.batch.failed` on the span of the batch, or, without one, on the span that is active at the call.
 *
 * Other records are still processed after a failure, except with `ordered`. At the end the promise rejects with an
 * `AggregateError` of what was thrown, in the order of the records. FC accepts no response that names single records:
 * after an error it delivers the whole event again, and otherwise all records are done.
 *
 * @param event the event, as the handler receives it: decoded, or its bytes, which are then decoded. A value that you
 *   parsed yourself is accepted too, such as one whose large numbers are a BigInt.
 * @param fn processes one record; it may return a promise
 * @param options see {@link ForEachRecordOptions}
 * @returns the number of records, and with `onFailure: 'report'` those that failed
 * @throws FcTracedError (as a rejection) `INVALID_OPTION`, or `INVALID_TARGET` where `fn` is not a function
 *
 * @example
 * ```ts
 * import { createHandler, forEachRecord, Handler } from 'fc-traced';
 * import type { KafkaEvent } from 'fc-traced';
 * ;@Handler()
 * class Orders {
 *   async handle(event: KafkaEvent): Promise<void> {
 *     await forEachRecord(event, async ({ data }) => this.ship(data.value), { concurrency: 4, ordered: true });
 *   }
 *   private async ship(order: unknown): Promise<void> {}
 * }
 * export const { handler, initialize, preStop } = createHandler(Orders);
 * ```
 */
export async function forEachRecord<E>(
  event: E | Uint8Array,
  fn: (record: RecordOf<E>, index: number) => unknown,
  options?: ForEachRecordOptions,
): Promise<BatchResult<RecordOf<E>>> {
  // Loaded when it is called: most programs have no batches.
  const { processRecords } = require('./process-records') as typeof import('./process-records');
  return processRecords(event, fn as RecordFunction, options) as Promise<BatchResult<RecordOf<E>>>;
}
