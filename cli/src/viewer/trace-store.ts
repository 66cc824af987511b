import { byteSize } from './byte-size';
import type { TraceData, ViewerLog, ViewerSpan } from './model/span';
import { summarize } from './model/summary';
import type { TraceSummary } from './model/summary';
import { ResourcePool } from './resource-pool';

/** What changed in the store. Each call of `add` results in one change. */
export interface StoreChange {
  readonly spans: readonly ViewerSpan[];
  readonly logs: readonly ViewerLog[];
  /** The ids of the traces that got spans or log records. */
  readonly changed: readonly string[];
  /** The ids of the traces that were removed to stay within the limit, or because the store was cleared. */
  readonly removed: readonly string[];
}

/** How full the store is. */
export interface StoreStats {
  readonly bytes: number;
  readonly maxBytes: number;
  readonly traces: number;
  readonly spans: number;
  /** How many traces were removed to stay within the limit. */
  readonly removedTraces: number;
  /** How many spans and log records were not stored, because one trace alone reaches the limit. */
  readonly dropped: number;
}

interface StoredTrace {
  // By id and kind: in Zipkin's model, a client's span and the server's share an id.
  readonly spans: Map<string, ViewerSpan>;
  readonly logs: ViewerLog[];
  bytes: number;
  dropped: number;
  summary: TraceSummary | undefined;
}

/** The default of `maxBytes`: 256 MiB. */
export const DEFAULT_MAX_BYTES = 256 * 1024 * 1024;

/** Stores traces in memory. Over the limit, those that got nothing for the longest time are removed first. */
export class TraceStore {
  // In the order of the last arrival.
  readonly #traces = new Map<string, StoredTrace>();
  readonly #linking = new Map<string, Set<string>>();
  readonly #listeners = new Set<(change: StoreChange) => void>();
  readonly #resources = new ResourcePool();
  readonly #maxBytes: number;
  #bytes = 0;
  #removedTraces = 0;
  #dropped = 0;

  constructor(maxBytes = DEFAULT_MAX_BYTES) {
    this.#maxBytes = maxBytes;
  }

  /** Adds spans and log records. A span that arrives again replaces the first one. */
  add({ spans, logs = [] }: TraceData): void {
    if (spans.length === 0 && logs.length === 0) return;
    const changed = new Set<string>();
    for (const span of spans) if (this.#addSpan(span)) changed.add(span.traceId);
    for (const log of logs) if (this.#addLog(log)) changed.add(log.traceId);
    const removed = this.#removeOldest();
    for (const id of removed) changed.delete(id);
    this.#notify({ spans, logs, changed: [...changed], removed });
  }

  /** Marks stored spans as arrived after a thaw. */
  markArrivedAfterThaw(traceId: string, spanIds: ReadonlySet<string>): void {
    const late = this.get(traceId)?.spans.filter((span) => spanIds.has(span.spanId)) ?? [];
    this.add({ spans: late.map((span) => ({ ...span, arrivedAfterThaw: true })) });
  }

  get(traceId: string): Required<TraceData> | undefined {
    const trace = this.#traces.get(traceId);
    return trace === undefined ? undefined : { spans: [...trace.spans.values()], logs: trace.logs };
  }

  /** The ids of the traces, the newest first. */
  traceIds(): string[] {
    return [...this.#traces.keys()].reverse();
  }

  /** The summary of a trace. `undefined` for a trace without spans. */
  summary(traceId: string): TraceSummary | undefined {
    const trace = this.#traces.get(traceId);
    if (trace === undefined || trace.spans.size === 0) return undefined;
    return (trace.summary ??= summarize(
      traceId,
      { spans: [...trace.spans.values()], logs: trace.logs },
      trace.dropped,
    ));
  }

  /** The spans of other traces that link to this trace. */
  linkedFrom(traceId: string): ViewerSpan[] {
    return [...(this.#linking.get(traceId) ?? [])]
      .filter((other) => other !== traceId)
      .flatMap((other) => [...(this.#traces.get(other)?.spans.values() ?? [])])
      .filter((span) => span.links.some((link) => link.traceId === traceId));
  }

  stats(): StoreStats {
    let spans = 0;
    for (const trace of this.#traces.values()) spans += trace.spans.size;
    return {
      bytes: this.#bytes,
      maxBytes: this.#maxBytes,
      traces: this.#traces.size,
      spans,
      removedTraces: this.#removedTraces,
      dropped: this.#dropped,
    };
  }

  clear(): void {
    const removed = [...this.#traces.keys()];
    for (const traceId of removed) this.#remove(traceId);
    this.#notify({ spans: [], logs: [], changed: [], removed });
  }

  /** Calls `listener` after each change. Returns a function that ends this. */
  subscribe(listener: (change: StoreChange) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #addSpan(received: ViewerSpan): boolean {
    const { item: span, bytes } = this.#withSharedResource(received);
    const trace = this.#traceOf(span.traceId);
    const key = `${span.spanId} ${span.kind}`;
    const previous = trace.spans.get(key);
    const freed = previous === undefined ? 0 : byteSize(previous, previous.resource);
    if (!this.#grow(span.traceId, trace, bytes, freed)) return false;
    trace.spans.set(key, span);
    for (const link of span.links) {
      const linking = this.#linking.get(link.traceId);
      if (linking === undefined) this.#linking.set(link.traceId, new Set([span.traceId]));
      else linking.add(span.traceId);
    }
    return true;
  }

  #addLog(received: ViewerLog): boolean {
    const { item: log, bytes } = this.#withSharedResource(received);
    const trace = this.#traceOf(log.traceId);
    if (!this.#grow(log.traceId, trace, bytes, 0)) return false;
    trace.logs.push(log);
    return true;
  }

  // A new resource is counted for the span that brought it.
  #withSharedResource<T extends ViewerSpan | ViewerLog>(received: T): { readonly item: T; readonly bytes: number } {
    const { resource, isNew } = this.#resources.intern(received.resource);
    const item = resource === received.resource ? received : { ...received, resource };
    return { item, bytes: byteSize(item, resource) + (isNew ? byteSize(resource) : 0) };
  }

  #traceOf(traceId: string): StoredTrace {
    const known = this.#traces.get(traceId);
    if (known !== undefined) this.#traces.delete(traceId);
    const trace = known ?? { spans: new Map(), logs: [], bytes: 0, dropped: 0, summary: undefined };
    this.#traces.set(traceId, trace);
    return trace;
  }

  #grow(traceId: string, trace: StoredTrace, added: number, freed: number): boolean {
    trace.summary = undefined;
    if (trace.bytes + added - freed > this.#maxBytes) {
      trace.dropped += 1;
      this.#dropped += 1;
      if (trace.bytes === 0) this.#traces.delete(traceId);
      return false;
    }
    trace.bytes += added - freed;
    this.#bytes += added - freed;
    return true;
  }

  #removeOldest(): string[] {
    const removed: string[] = [];
    for (const traceId of this.#traces.keys()) {
      if (this.#bytes <= this.#maxBytes) break;
      this.#remove(traceId);
      this.#removedTraces += 1;
      removed.push(traceId);
    }
    return removed;
  }

  #remove(traceId: string): void {
    const trace = this.#traces.get(traceId);
    if (trace === undefined) return;
    this.#traces.delete(traceId);
    this.#bytes -= trace.bytes;
    for (const span of trace.spans.values()) {
      for (const link of span.links) {
        const linking = this.#linking.get(link.traceId);
        linking?.delete(traceId);
        if (linking?.size === 0) this.#linking.delete(link.traceId);
      }
    }
  }

  #notify(change: StoreChange): void {
    for (const listener of [...this.#listeners]) listener(change);
  }
}
