import type { TraceData, ViewerSpan } from '../model/span';
import type { TraceSummary } from '../model/summary';

/** How full the server's memory is. */
export interface SourceStats {
  readonly bytes: number;
  readonly maxBytes: number;
  readonly traces: number;
  readonly spans: number;
  readonly removedTraces: number;
  readonly dropped: number;
}

/** A change of the stored traces. */
export interface SourceChange {
  readonly changed: readonly TraceSummary[];
  readonly removed: readonly string[];
  readonly stats: SourceStats;
}

/** Where the page gets traces from: the viewer's server, or the file that the page itself is. */
export interface TraceSource {
  /** Whether there is a server, to which programs can send traces. */
  readonly isServer: boolean;
  summaries(search: string): Promise<{ readonly summaries: readonly TraceSummary[]; readonly stats: SourceStats }>;
  trace(traceId: string): Promise<TraceData | undefined>;
  /** The spans of other traces that link to this one. */
  linkedFrom(traceId: string): Promise<readonly ViewerSpan[]>;
  /** Adds the traces of a file. Resolves to their ids. Rejects if the file contains none. */
  importText(text: string): Promise<readonly string[]>;
  clear(): Promise<void>;
  /** Reports changes, and whether the server is connected. */
  subscribe(onChange: (change: SourceChange) => void, onConnection: (connected: boolean) => void): void;
}
