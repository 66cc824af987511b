import { matches, parseSearch, searchable } from '../model/search';
import type { TraceData, ViewerLog, ViewerSpan } from '../model/span';
import { summarize } from '../model/summary';
import type { TraceSummary } from '../model/summary';
import { readTraceFile } from '../trace-file';
import type { SourceStats, TraceSource } from './trace-source';

/** The traces in the file that the page itself is, and in files that are opened in it. */
export class FileSource implements TraceSource {
  readonly isServer = false;
  readonly #traces = new Map<string, { spans: ViewerSpan[]; logs: ViewerLog[] }>();

  /** `text` is OTLP JSON. Throws if it is not. */
  constructor(text: string) {
    for (const data of readTraceFile(text)) this.#add(data);
  }

  traceIds(): string[] {
    return [...this.#traces.keys()];
  }

  async summaries(search: string): Promise<{ summaries: TraceSummary[]; stats: SourceStats }> {
    const terms = parseSearch(search);
    const found = [...this.#traces].filter(([, { spans }]) => spans.some((span) => matches(terms, searchable(span))));
    const stats = { bytes: 0, maxBytes: 0, traces: this.#traces.size, spans: 0, removedTraces: 0, dropped: 0 };
    return { summaries: found.map(([traceId, trace]) => summarize(traceId, trace)), stats };
  }

  async trace(traceId: string): Promise<TraceData | undefined> {
    return this.#traces.get(traceId);
  }

  async linkedFrom(traceId: string): Promise<readonly ViewerSpan[]> {
    return [...this.#traces]
      .filter(([other]) => other !== traceId)
      .flatMap(([, { spans }]) => spans)
      .filter(({ links }) => links.some((link) => link.traceId === traceId));
  }

  async importText(text: string): Promise<readonly string[]> {
    return readTraceFile(text).flatMap((data) => this.#add(data));
  }

  async clear(): Promise<void> {
    this.#traces.clear();
  }

  subscribe(): void {
    // A file does not change.
  }

  #add({ spans, logs = [] }: TraceData): string[] {
    const traceOf = (traceId: string): { spans: ViewerSpan[]; logs: ViewerLog[] } => {
      const trace = this.#traces.get(traceId) ?? { spans: [], logs: [] };
      this.#traces.set(traceId, trace);
      return trace;
    };
    for (const span of spans) traceOf(span.traceId).spans.push(span);
    for (const log of logs) this.#traces.get(log.traceId)?.logs.push(log);
    return [...new Set(spans.map(({ traceId }) => traceId))];
  }
}
