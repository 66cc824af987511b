import { createContextKey } from '@opentelemetry/api';
import type { Context, Link, Span } from '@opentelemetry/api';
import { countMalformed } from '../diagnostics';
import { elementsOf } from '../fc/triggers/cloud-event';
import type { RecordFormat } from '../fc/triggers/trigger';
import { NOTHING_EXTRACTED, readW3cHeaders } from '../propagation/carriers';
import type { ExtractedContext } from '../propagation/carriers';
import { readField } from '../safe-access';

/** The limit of the SDK: it drops further links of a span. */
const MAX_LINKS = 128;

/** The records of one event, and the context that each carries. */
export class Batch {
  readonly records: readonly unknown[];
  /** The contexts of all records, once the links of the batch have been read. */
  private readonly extractedFrom: ExtractedContext[] = [];
  private lastIndex = -1;
  private lastExtracted = NOTHING_EXTRACTED;

  constructor(
    readonly event: unknown,
    readonly format: RecordFormat | undefined,
  ) {
    this.records = listRecords(event, format);
  }

  /** The context that a record carries. Kept for the record that was read last, so that its problems are counted once. */
  extracted(index: number): ExtractedContext {
    const known = this.extractedFrom[index];
    if (known !== undefined) return known;
    if (this.lastIndex !== index) {
      this.lastExtracted = this.read(index);
      this.lastIndex = index;
    }
    return this.lastExtracted;
  }

  /** Whether a record carries baggage. Cheap: it is asked for every record, recorded or not. */
  hasBaggage(index: number): boolean {
    const { format } = this;
    if (format?.carrier === undefined) return false;
    try {
      return readField(format.carrier(this.records[index], 'baggage'), 'baggage') !== undefined;
    } catch {
      return false;
    }
  }

  /** The object that may hold the trace context of a record. */
  carrier(index: number): unknown {
    try {
      return this.format?.carrier?.(this.records[index]);
    } catch {
      return undefined;
    }
  }

  /**
   * Links to the producers of the records, each span once, without `parentSpanId`. `dropped` counts those beyond 128.
   */
  links(parentSpanId: string | undefined): { readonly links: Link[]; readonly dropped: number } {
    const links: Link[] = [];
    if (this.format?.carrier === undefined) return { links, dropped: 0 };
    const seen = new Set<string>();
    for (let index = 0; index < this.records.length; index += 1) {
      const { spanContext } = (this.extractedFrom[index] = this.extracted(index));
      if (spanContext === undefined || spanContext.spanId === parentSpanId) continue;
      const id = spanContext.traceId + spanContext.spanId;
      if (seen.has(id)) continue;
      seen.add(id);
      if (links.length < MAX_LINKS) links.push({ context: spanContext });
    }
    return { links, dropped: seen.size - links.length };
  }

  private read(index: number): ExtractedContext {
    const carrier = this.carrier(index);
    if (carrier === undefined) return NOTHING_EXTRACTED;
    const extracted = readW3cHeaders(carrier);
    if (extracted.malformed > 0) {
      countMalformed(extracted.malformed, 'malformed trace context or baggage in a message was left out');
    }
    return extracted;
  }
}

function listRecords(event: unknown, format: RecordFormat | undefined): readonly unknown[] {
  try {
    const list: unknown = format?.list === undefined ? elementsOf(event) : format.list(event);
    return Array.isArray(list) ? (list as readonly unknown[]) : [event];
  } catch {
    return [event];
  }
}

/** The batch that an invocation processes, and its span. */
export interface RunningBatch {
  readonly batch: Batch;
  readonly span: Span;
  /** The event as the program gets it: decoded, or its bytes. */
  readonly given: unknown;
}

/** What a context refers to. It is empty after the end of the batch, as promises and timers may keep the context. */
class BatchSlot {
  #running: RunningBatch | undefined;

  constructor(running: RunningBatch) {
    this.#running = running;
  }
  get running(): RunningBatch | undefined {
    return this.#running;
  }
  end(): void {
    this.#running = undefined;
  }
}

const BATCH_KEY = createContextKey('fc-traced batch');

/** A context in which a batch is processed. */
export function contextWithBatch(context: Context, running: RunningBatch): Context {
  return context.setValue(BATCH_KEY, new BatchSlot(running));
}

/** Removes the batch from its context when it has been processed. */
export function endBatchIn(context: Context): void {
  slotIn(context)?.end();
}

function slotIn(context: Context): BatchSlot | undefined {
  return context.getValue(BATCH_KEY) as BatchSlot | undefined;
}

/** The batch that is processed in a context. */
export function batchIn(context: Context): RunningBatch | undefined {
  return slotIn(context)?.running;
}
