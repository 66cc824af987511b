import { propagation } from '@opentelemetry/api';
import type { Context, Span } from '@opentelemetry/api';
import { check, checkOptions, describeValue } from '../config/check-options';
import type { Check } from '../config/check-options';
import { FcTracedError } from '../errors';
import { decodeEvent, detectTrigger } from '../fc/event';
import type { RecordOf } from '../fc/trigger-events';
import { mergeBaggage } from '../propagation/baggage';
import { ATTR_FC_TRACED_BATCH_FAILED, ATTR_FC_TRACED_BATCH_SKIPPED } from '../semconv';
import { recordFailure } from '../tracing/calls/failure';
import { activeContext, callIn } from '../tracing/context/active-context';
import { telemetryOfCall } from '../tracing/context/ambient-telemetry';
import { contextWithSpan, endContext, spanIn } from '../tracing/context/linked-context';
import type { Telemetry } from '../tracing/telemetry/telemetry';
import { Batch, batchIn } from './batch';

/** How the records of a batch are processed concurrently. */
export interface LaneOptions {
  readonly concurrency: number;
  /** Keep the order of the records of a group. */
  readonly ordered: boolean;
  /** Whether, of records with an order, those behind a failed one are skipped. */
  readonly stops: boolean;
}

/** Processes the record at an index. Resolves to whether it failed. Never rejects. */
export type Attempt = (index: number) => Promise<boolean>;

/**
 * Processes all records of a batch, at most `concurrency` at once; resolves to the number of skipped records. Never
 * rejects.
 */
export async function inLanes(
  batch: Batch,
  attempt: Attempt,
  { concurrency, ordered, stops }: LaneOptions,
): Promise<number> {
  if (ordered) return byGroup(batch, attempt, concurrency, stops);
  await oneByOne(batch.records.length, attempt, concurrency);
  return 0;
}

async function oneByOne(count: number, attempt: Attempt, concurrency: number): Promise<void> {
  let next = 0;
  const lane = async (): Promise<void> => {
    while (next < count) {
      next += 1;
      await attempt(next - 1);
    }
  };
  await Promise.all(Array.from({ length: Math.min(concurrency, count) }, lane));
}

/** The indexes of the records, grouped by order. */
function groupsOf({ records, format }: Batch): readonly (readonly number[])[] {
  const groups = new Map<string, number[]>();
  records.forEach((record, index) => {
    const key = format?.group?.(record) ?? '';
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [index]);
    else group.push(index);
  });
  return [...groups.values()];
}

async function byGroup(batch: Batch, attempt: Attempt, concurrency: number, stops: boolean): Promise<number> {
  const groups = groupsOf(batch);
  let skipped = 0;
  const attemptGroup = async (place: number): Promise<boolean> => {
    const group = groups[place]!;
    for (let at = 0; at < group.length; at += 1) {
      if (!(await attempt(group[at]!)) || !stops) continue;
      skipped += group.length - at - 1;
      return true;
    }
    return false;
  };
  await oneByOne(groups.length, attemptGroup, concurrency);
  return skipped;
}

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

const CHECKS: { readonly [K in keyof Required<ForEachRecordOptions>]: Check } = {
  concurrency: (value) =>
    value === Number.POSITIVE_INFINITY || (Number.isInteger(value) && (value as number) > 0)
      ? undefined
      : 'a whole number, 1 or more, or Infinity',
  ordered: check.boolean,
  onFailure: check.oneOf('reject', 'report'),
};

function batchOf(event: unknown): Batch {
  const decoded = ArrayBuffer.isView(event) ? decodeEvent(event) : event;
  return new Batch(decoded, detectTrigger(decoded).records);
}

type RecordFunction = (record: unknown, index: number) => unknown;

/** Adds the baggage that a record carries, recorded or not: sampling must not change what the program sees. */
function contextOfRecord(batch: Batch, index: number, context: Context): Context {
  if (!batch.hasBaggage(index)) return context;
  const { baggage } = batch.extracted(index);
  if (baggage === undefined) return context;
  return propagation.setBaggage(context, mergeBaggage(baggage, propagation.getBaggage(context))!);
}

/** Returns the function that processes one record, and adds to `failures` if it fails. */
function attemptsOf(
  batch: Batch,
  context: Context,
  telemetry: Telemetry | undefined,
  fn: RecordFunction,
  failures: RecordFailure<unknown>[],
): Attempt {
  const spans = telemetry === undefined ? undefined : (require('./record-span') as typeof import('./record-span'));
  return async (index) => {
    const record = batch.records[index];
    const outer = contextOfRecord(batch, index, context);
    const open = spans?.startRecordSpan(batch, index, telemetry!, context);
    const span = open?.span;
    const inside = span === undefined ? outer : contextWithSpan(outer, span);
    try {
      await (inside === context ? fn(record, index) : callIn(inside, fn, undefined, [record, index]));
      return false;
    } catch (error) {
      failures.push({ index, record, error });
      if (span !== undefined) recordFailure(span, error, spanIn(context), inside);
      return true;
    } finally {
      open?.end();
      if (span !== undefined) endContext(inside);
    }
  };
}

function note(span: Span | undefined, failed: number, skipped: number): void {
  if (span?.isRecording() !== true) return;
  try {
    span.setAttribute(ATTR_FC_TRACED_BATCH_FAILED, failed);
    if (skipped > 0) span.setAttribute(ATTR_FC_TRACED_BATCH_SKIPPED, skipped);
  } catch {
    // A span that rejects attributes must not change the outcome.
  }
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
    running !== undefined && (running.given === event || running.batch.event === event)
      ? running.batch
      : batchOf(event);
  const telemetry = telemetryOfCall(context);
  const failures: RecordFailure<RecordOf<E>>[] = [];
  const attempt = attemptsOf(batch, context, telemetry, fn as RecordFunction, failures);
  const skipped = await inLanes(batch, attempt, { concurrency, ordered, stops: onFailure === 'reject' });
  failures.sort((one, other) => one.index - other.index);
  note(running?.span ?? spanIn(context), failures.length, skipped);
  if (failures.length > 0 && onFailure === 'reject') {
    throw new AggregateError(
      failures.map(({ error }) => error),
      `${failures.length} of ${batch.records.length} records failed`,
    );
  }
  return { count: batch.records.length, failures };
}
