import { SpanKind } from '@opentelemetry/api';
import type { Attributes, Context, Span } from '@opentelemetry/api';
import { countError } from '../diagnostics';
import type { RecordFormat } from '../fc/triggers/trigger';
import {
  ATTR_MESSAGING_DESTINATION_NAME,
  ATTR_MESSAGING_OPERATION_NAME,
  ATTR_MESSAGING_OPERATION_TYPE,
  ATTR_MESSAGING_SYSTEM,
} from '../semconv';
import { attributeValues } from '../tracing/calls/attributes';
import { abandonSpan, endSafely } from '../tracing/calls/open-calls';
import type { OpenCall, OpenCalls } from '../tracing/calls/open-calls';
import { invocationIn, spanIn } from '../tracing/context/linked-context';
import { cutText, MAX_NAME_LENGTH, MAX_TEXT_LENGTH } from '../tracing/redaction/secrets';
import type { Telemetry } from '../tracing/telemetry/telemetry';
import type { Batch } from './batch';

const OPERATION = 'process';

/** The name of the span of records from a destination. */
export function processSpanName(destination: string | undefined): string {
  return destination === undefined ? OPERATION : cutText(`${OPERATION} ${destination}`, MAX_NAME_LENGTH);
}

/** Adds the attributes of every messaging span, and returns `attributes`. */
export function withMessaging(
  attributes: Attributes,
  format: RecordFormat | undefined,
  destination: string | undefined,
): Attributes {
  if (format?.system === undefined) return attributes;
  attributes[ATTR_MESSAGING_OPERATION_NAME] = OPERATION;
  attributes[ATTR_MESSAGING_OPERATION_TYPE] = OPERATION;
  attributes[ATTR_MESSAGING_SYSTEM] = format.system;
  attributes[ATTR_MESSAGING_DESTINATION_NAME] = destination;
  return attributes;
}

/** The attributes of a record, as a new object. Unknown values are `undefined`. Never throws. */
export function recordAttributes(format: RecordFormat | undefined, record: unknown): Attributes {
  try {
    return format?.attributes(record) ?? {};
  } catch {
    return {};
  }
}

/** The destination of a record. Never throws. */
export function destinationOf(format: RecordFormat | undefined, record: unknown): string | undefined {
  try {
    return format?.destination(record);
  } catch {
    return undefined;
  }
}

/**
 * Attributes as they go on a span. Our own SDK setup removes secrets when a span ends; with the application's provider
 * they are removed here.
 */
export function cleanAttributes(attributes: Attributes, { ownsResource }: Telemetry): Attributes {
  if (!ownsResource) return attributeValues(attributes);
  for (const [key, value] of Object.entries(attributes)) {
    if (typeof value === 'string') attributes[key] = cutText(value, MAX_TEXT_LENGTH);
  }
  return attributes;
}

/** The open span of a record. If the invocation ends first, the span ends with it. */
export class RecordSpan implements OpenCall {
  place = -1;

  constructor(
    readonly span: Span,
    private readonly open: OpenCalls | undefined,
  ) {
    open?.add(this);
  }

  end(): void {
    this.open?.delete(this);
    endSafely(this.span);
  }

  abandon(): void {
    this.open?.delete(this);
    abandonSpan(this.span);
  }
}

/** Starts the CONSUMER span of one record, linked to its producer; `undefined` if telemetry fails. */
export function startRecordSpan(
  batch: Batch,
  index: number,
  telemetry: Telemetry,
  context: Context,
): RecordSpan | undefined {
  const { format, records } = batch;
  const record = records[index];
  const parent = spanIn(context);
  try {
    const { spanContext } = batch.extracted(index);
    const destination = destinationOf(format, record);
    const span = telemetry.startCall(
      processSpanName(destination),
      {
        kind: SpanKind.CONSUMER,
        attributes: cleanAttributes(withMessaging(recordAttributes(format, record), format, destination), telemetry),
        links:
          spanContext === undefined || spanContext.spanId === parent?.spanContext().spanId
            ? []
            : [{ context: spanContext }],
      },
      context,
      parent,
    );
    return new RecordSpan(span, invocationIn(context)?.open);
  } catch {
    countError('a span could not be started: a span processor, sampler or tracer provider threw');
    return undefined;
  }
}
