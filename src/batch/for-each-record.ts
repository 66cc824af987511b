import { propagation } from '@opentelemetry/api';
import type { Context, Span } from '@opentelemetry/api';
import { check, checkOptions, describeValue } from '../config/check-options';
import type { Check } from '../config/check-options';
import { FcTracedError } from '../errors';
import { detectTrigger } from '../fc/event';
import type { RecordOf } from '../fc/trigger-events';
import { mergeBaggage } from '../propagation/baggage';
import { readField } from '../safe-access';
import { ATTR_FC_TRACED_BATCH_FAILED, ATTR_FC_TRACED_BATCH_SKIPPED } from '../semconv';
import { recordFailure } from '../tracing/calls/failure';
import { endSafely } from '../tracing/calls/open-calls';
import { activeContext, callIn } from '../tracing/context/active-context';
import { telemetryOfCall } from '../tracing/context/ambient-telemetry';
import { contextWithSpan, spanIn } from '../tracing/context/linked-context';
import type { Telemetry } from '../tracing/telemetry/telemetry';
import { Batch, batchIn } from './batch';
import { inLanes } from './lanes';
import type { RecordFailure } from './lanes';

/** Options of `forEachRecord`. */
export interface ForEachRecordOptions {
  /** How many records are processed at once; `Infinity` for all. Default: 1. */
  readonly concurrency?: number;
  /**
   * Keep the order of records that belong together, such as those of a Kafka partition, where `concurrency` is more than 1. With
   * `onFailure: 'reject'` a failure then ends its group, whose further records are skipped. Default: false.
   */
  readonly ordered?: boolean;
  /** Whether the promise rejects at the end if a record failed, or only reports what failed. Default: `reject`. */
  readonly onFailure?: 'reject' | 'report';
}

/** What became of a batch. */
export interface BatchResult<R> {
  /** Number of records in the event. */
  readonly count: number;
  /** In the order of the event. */
  readonly failures: readonly RecordFailure<R>[];
}

const CHECKS: { readonly [K in keyof Required<ForEachRecordOptions>]: Check } = {
  concurrency: (value) =>
    value === Number.POSITIVE_INFINITY || (Number.isInteger(value) && (value as number) > 0)
      ? undefined
      : 'a whole number, 1 or more, or Infinity',
  ordered: check.boolean,
  onFailure: check.oneOf('reject', 'report'),
};

type RecordFunction = (record: unknown, index: number) => unknown;

/** How one record is processed; rejects with what its function throws. */
type Process = (index: number) => unknown;

/** Makes the baggage of a record active, where it carries any. Recorded or not: the program must not see a difference. */
function contextOfRecord(batch: Batch, index: number, context: Context): Context {
  if (readField(batch.carrier(index), 'baggage') === undefined) return context;
  const { baggage } = batch.carried(index);
  if (baggage === undefined) return context;
  return propagation.setBaggage(context, mergeBaggage(baggage, propagation.getBaggage(context))!);
}

function unrecorded(batch: Batch, context: Context, fn: RecordFunction): Process {
  if (batch.format?.carrier === undefined) return (index) => fn(batch.records[index], index);
  return (index) => {
    const inside = contextOfRecord(batch, index, context);
    const record = batch.records[index];
    return inside === context ? fn(record, index) : callIn(inside, fn, undefined, [record, index]);
  };
}

function recorded(batch: Batch, context: Context, telemetry: Telemetry, fn: RecordFunction): Process {
  const { startRecordSpan } = require('./record-span') as typeof import('./record-span');
  return async (index) => {
    const span = startRecordSpan(batch, index, telemetry, context);
    const outer = contextOfRecord(batch, index, context);
    const inside = span === undefined ? outer : contextWithSpan(outer, span);
    try {
      await callIn(inside, fn, undefined, [batch.records[index], index]);
    } catch (error) {
      if (span !== undefined) recordFailure(span, error, spanIn(context), inside);
      throw error;
    } finally {
      if (span !== undefined) endSafely(span);
    }
  };
}

function note(span: Span | undefined, failed: number, skipped: number): void {
  if (span?.isRecording() !== true) return;
  try {
    span.setAttribute(ATTR_FC_TRACED_BATCH_FAILED, failed);
    if (skipped > 0) span.setAttribute(ATTR_FC_TRACED_BATCH_SKIPPED, skipped);
  } catch {
    // A span that takes no attributes must not change the outcome.
  }
}

/**
 * Calls a function for each record of an event: for each element of an array, of `events` (OSS, CDN) or of `Records` (Tablestore), and
 * for any other event once. Elements that are strings of JSON are parsed.
 *
 * Where the invocation is recorded, each record is processed in a CONSUMER span of its own, `process <destination>`, linked to the span that
 * produced it. Baggage that the record carries is active meanwhile. The number of failed records becomes `fc_traced.batch.failed` on the
 * span of the batch, else on the span that is active at the call.
 *
 * A failure does not keep other records from being processed, but for `ordered`. At the end the promise rejects with an
 * `AggregateError` of what was thrown, in the order of the records. FC knows no answer that names single records: an error has it
 * deliver the whole event again, and no error says that all is done.
 *
 * @param event the event, as the handler gets it
 * @param fn processes one record; it may return a promise
 * @param options see {@link ForEachRecordOptions}
 * @returns the number of records, and with `onFailure: 'report'` those that failed
 * @throws FcTracedError (as a rejection) `INVALID_OPTION`, or `INVALID_TARGET` where `fn` is not a function
 *
 * @example
 * ```ts
 * import { createHandler, forEachRecord, Handler } from 'fc-traced';
 * import type { KafkaEvent } from 'fc-traced';
 * \@Handler()
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
  event: E,
  fn: (record: RecordOf<E>, index: number) => unknown,
  options?: ForEachRecordOptions,
): Promise<BatchResult<RecordOf<E>>> {
  if (typeof fn !== 'function') {
    throw new FcTracedError(
      'INVALID_TARGET',
      `forEachRecord takes a function of one record as its second argument, not ${describeValue(fn)}.`,
    );
  }
  const {
    concurrency = 1,
    ordered = false,
    onFailure = 'reject',
  } = checkOptions<ForEachRecordOptions>(options, 'forEachRecord', CHECKS);
  const context = activeContext();
  const running = batchIn(context);
  const batch =
    running !== undefined && running.batch.event === event
      ? running.batch
      : new Batch(event, detectTrigger(event).records);
  const telemetry = telemetryOfCall(context);
  const given = fn as RecordFunction;
  const process =
    telemetry === undefined ? unrecorded(batch, context, given) : recorded(batch, context, telemetry, given);
  const { failures, skipped } = await inLanes(batch, process, { concurrency, ordered, stops: onFailure === 'reject' });
  note(running?.span ?? spanIn(context), failures.length, skipped);
  if (failures.length > 0 && onFailure === 'reject') {
    throw new AggregateError(
      failures.map(({ error }) => error),
      `${failures.length} of ${batch.records.length} records failed`,
    );
  }
  return { count: batch.records.length, failures: failures as RecordFailure<RecordOf<E>>[] };
}
