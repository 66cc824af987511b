import type { SpanRecord } from 'fc-traced/testing';
import type { ViewerSpan } from '../viewer/model/span';
import { LogRecords } from './log-records';
import { startViewer } from '../viewer/server';
import type { Viewer, ViewerOptions } from '../viewer/server';

/** The resource of FC's own spans. */
export const PLATFORM_SERVICE = 'fc.platform';

/** Whether a span is one of FC's own. */
export function isPlatformSpan({ resource }: SpanRecord): boolean {
  return resource['service.name'] === PLATFORM_SERVICE;
}

// How many traces are remembered that may still get spans after a thaw.
const MAX_THAWED_TRACES = 10_000;

/** The traces that functions on this machine send, in the viewer. */
export class ReceivedTraces {
  readonly viewer: Viewer;
  // The spans that arrived before the thaw, by trace.
  readonly #beforeThaw = new Map<string, ReadonlySet<string>>();
  readonly #checks = new Set<() => void>();
  readonly #logs = new LogRecords((log) => this.viewer.add({ spans: [], logs: [log] }));

  private constructor(viewer: Viewer) {
    this.viewer = viewer;
    viewer.traces.subscribe(({ spans }) => {
      this.#markLate(spans);
      for (const check of [...this.#checks]) check();
    });
  }

  static async start(options: ViewerOptions = {}): Promise<ReceivedTraces> {
    return new ReceivedTraces(await startViewer(options));
  }

  /** The endpoint for the functions. */
  get endpoint(): string {
    return this.viewer.otlpEndpoint;
  }

  /** Adds FC's own spans. */
  readonly addPlatformSpans = (spans: readonly SpanRecord[]): void => {
    this.viewer.add({ spans });
    this.#logs.addPlatformSpans(spans);
  };

  /** Adds a line that a function logs to the trace that it belongs to. */
  addLogLine(line: string, functionName: string): void {
    this.#logs.addLine(line, functionName);
  }

  /** The spans of a trace that have arrived. */
  spansOf(traceId: string): readonly ViewerSpan[] {
    return this.viewer.traces.get(traceId)?.spans ?? [];
  }

  /**
   * Called before an instance runs again after a freeze, with the traces of its invocations: their spans that arrive
   * from now on have missed the freeze.
   */
  readonly thawed = (traceIds: readonly string[]): void => {
    for (const traceId of traceIds) {
      const arrived = this.spansOf(traceId).filter((span) => !isPlatformSpan(span));
      this.#beforeThaw.set(traceId, new Set(arrived.map(({ spanId }) => spanId)));
      if (this.#beforeThaw.size > MAX_THAWED_TRACES) this.#beforeThaw.delete(this.#beforeThaw.keys().next().value!);
    }
  };

  /** Resolves to whether the predicate holds within so many milliseconds. It is checked whenever spans arrive. */
  waitFor(predicate: () => boolean, milliseconds: number): Promise<boolean> {
    return new Promise((resolve) => {
      const finish = (holds: boolean): void => {
        clearTimeout(timer);
        this.#checks.delete(check);
        resolve(holds);
      };
      const check = (): void => {
        if (predicate()) finish(true);
      };
      const timer = setTimeout(() => finish(false), milliseconds);
      this.#checks.add(check);
      check();
    });
  }

  close(): Promise<void> {
    return this.viewer.close();
  }

  #markLate(spans: readonly ViewerSpan[]): void {
    const late = spans.filter((span) => {
      const before = this.#beforeThaw.get(span.traceId);
      return (
        before !== undefined && !before.has(span.spanId) && !isPlatformSpan(span) && span.arrivedAfterThaw !== true
      );
    });
    for (const traceId of new Set(late.map((span) => span.traceId))) {
      const ids = late.filter((span) => span.traceId === traceId).map(({ spanId }) => spanId);
      this.viewer.traces.markArrivedAfterThaw(traceId, new Set(ids));
    }
  }
}
