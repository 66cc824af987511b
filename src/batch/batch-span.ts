import { SpanKind } from '@opentelemetry/api';
import type { Attributes, Context, Link, Span } from '@opentelemetry/api';
import { countError } from '../diagnostics';
import type { RecordFormat, Trigger } from '../fc/triggers/trigger';
import { readText } from '../safe-access';
import { ATTR_FC_TRACED_BATCH_DROPPED_LINKS, ATTR_MESSAGING_BATCH_MESSAGE_COUNT } from '../semconv';
import { attributeValues } from '../tracing/calls/attributes';
import { recordFailure } from '../tracing/calls/failure';
import { endSafely } from '../tracing/calls/open-calls';
import { callIn } from '../tracing/context/active-context';
import { contextWithSpan, endContext, invocationIn } from '../tracing/context/linked-context';
import type { Telemetry } from '../tracing/telemetry/telemetry';
import { Batch, contextWithBatch, endBatchIn } from './batch';
import { cleanAttributes, destinationOf, processSpanName, recordAttributes, withMessaging } from './record-span';

/** The destination name of OpenTelemetry's conventions for several sources. */
const SEVERAL = 'multiple_sources';

function destinationOfAll({ records, format }: Batch): string | undefined {
  const first = destinationOf(format, records[0]);
  return records.every((record) => destinationOf(format, record) === first) ? first : SEVERAL;
}

function attributesOf(batch: Batch, destination: string | undefined, dropped: number): Attributes {
  const { event, format, records } = batch;
  const attributes = records.length === 1 ? recordAttributes(format, records[0]) : {};
  // Not for a message that arrives alone: the conventions define the count for batch APIs only.
  if (Array.isArray(event)) attributes[ATTR_MESSAGING_BATCH_MESSAGE_COUNT] = records.length;
  if (dropped > 0) attributes[ATTR_FC_TRACED_BATCH_DROPPED_LINKS] = dropped;
  return withMessaging(attributes, format, destination === SEVERAL ? undefined : destination);
}

function parentSpanIdOf(span: Span): string | undefined {
  return readText(span, 'parentSpanContext', 'spanId');
}

function startBatchSpan(batch: Batch, telemetry: Telemetry, context: Context, parent: Span): Span | undefined {
  try {
    const { links, dropped } = batch.links(parentSpanIdOf(parent));
    const destination = destinationOfAll(batch);
    return telemetry.startCall(
      processSpanName(destination),
      {
        kind: SpanKind.CONSUMER,
        attributes: cleanAttributes(attributesOf(batch, destination, dropped), telemetry),
        links,
      },
      context,
      parent,
    );
  } catch {
    countError('a span could not be started: a span processor, sampler or tracer provider threw');
    return undefined;
  }
}

/** The parts of a recorded invocation that the batch span needs. */
export interface RecordedInvocation {
  readonly telemetry: Telemetry;
  readonly active: Context;
  readonly span: Span;
  /** The event as the program gets it: decoded, or its bytes. */
  readonly given: unknown;
}

/**
 * Runs the work of an invocation that received messages inside one CONSUMER span, `process <destination>`, with a link
 * to the producer of each message. Resolves and rejects as the work does.
 */
export async function runInBatchSpan(
  event: unknown,
  format: RecordFormat,
  { telemetry, active, span: parent, given }: RecordedInvocation,
  work: () => unknown,
): Promise<unknown> {
  const batch = new Batch(event, format);
  const span = startBatchSpan(batch, telemetry, active, parent);
  if (span === undefined) return work();
  invocationIn(active)?.open.watchSpan(span);
  const inside = contextWithBatch(contextWithSpan(active, span), { batch, span, given });
  try {
    return await callIn(inside, work, undefined, []);
  } catch (error) {
    recordFailure(span, error, parent, inside);
    throw error;
  } finally {
    endSafely(span);
    endBatchIn(inside);
    endContext(inside);
  }
}

/** The attributes that all records of an event share. */
function sharedAttributes({ records, format }: Batch): Attributes {
  const [first, ...others] = records.map((record) => recordAttributes(format, record));
  return Object.fromEntries(
    Object.entries(first ?? {}).filter(
      ([key, value]) => value !== undefined && others.every((attributes) => attributes[key] === value),
    ),
  );
}

/**
 * The attributes and links that an event adds to the invocation span. Links of messages are on the batch span instead.
 */
export function eventOnInvocation(
  trigger: Trigger,
  event: unknown,
): { readonly attributes: Attributes; readonly links: readonly Link[] } {
  const attributes = trigger.attributes?.(event) ?? {};
  const { records: format } = trigger;
  if (format === undefined || format.system !== undefined) {
    return { attributes: attributeValues(attributes), links: [] };
  }
  const batch = new Batch(event, format);
  const { links, dropped } = batch.links(undefined);
  return {
    attributes: attributeValues({
      ...attributes,
      ...sharedAttributes(batch),
      [ATTR_FC_TRACED_BATCH_DROPPED_LINKS]: dropped > 0 ? dropped : undefined,
    }),
    links,
  };
}

/** The carrier of the only message of an event, for the option `parent: 'message'`; `undefined` for several. */
export function onlyMessageCarrier({ records: format }: Trigger, event: unknown): unknown {
  if (format?.carrier === undefined) return undefined;
  const batch = new Batch(event, format);
  return batch.records.length === 1 ? batch.carrier(0) : undefined;
}
