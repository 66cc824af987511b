import { propagation } from '@opentelemetry/api';
import type { Context, Span } from '@opentelemetry/api';
import { check, checkOptions, describeValue } from '../config/check-options';
import type { Check } from '../config/check-options';
import { FcTracedError } from '../errors';
import { decodeEvent, detectTrigger } from '../fc/event';
import { mergeBaggage } from '../propagation/baggage';
import { ATTR_FC_TRACED_BATCH_FAILED, ATTR_FC_TRACED_BATCH_SKIPPED } from '../semconv';
import { recordFailure } from '../tracing/calls/failure';
import { activeContext, callIn } from '../tracing/context/active-context';
import { telemetryOfCall } from '../tracing/context/ambient-telemetry';
import { contextWithSpan, endContext, spanIn } from '../tracing/context/linked-context';
import type { Telemetry } from '../tracing/telemetry/telemetry';
import { Batch, batchIn } from './batch';
import type { BatchResult, ForEachRecordOptions, RecordFailure, RecordFunction } from './for-each-record';

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

/** Does what `forEachRecord` says. */
export async function processRecords(
  event: unknown,
  fn: RecordFunction,
  options: ForEachRecordOptions | undefined,
): Promise<BatchResult<unknown>> {
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
  const failures: RecordFailure<unknown>[] = [];
  const attempt = attemptsOf(batch, context, telemetry, fn, failures);
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
