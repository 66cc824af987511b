import { sharedByCopies } from '../api-registry';
import { countError } from '../diagnostics';
import type { Telemetry } from '../tracing/telemetry/telemetry';

/** Why an invocation is cut off. */
export type CutOffReason = 'timeout' | 'sigterm' | 'uncaught_error' | 'exit';

/** An error that is thrown, which can be any value. */
export interface Thrown {
  readonly error: unknown;
}

/** A recorded invocation that is running, of whichever copy of fc-traced. */
export interface WatchedInvocation {
  readonly telemetry: Telemetry;
  readonly exportMillis: number;
  /**
   * Exports what is open as snapshots, each span once. Returns whether any was taken. Does nothing if it was called for
   * this reason before. Never throws.
   */
  takeSnapshots(reason: CutOffReason, thrown?: Thrown): boolean;
  /** Ends all spans, because the invocation will not. Returns whether they were open. Never throws. */
  finish(thrown?: Thrown): boolean;
}

/** The most invocations that are watched. FC's limit for an instance is 200. */
const MAX_WATCHED = 256;
/** How long the end of the process may wait for the export, in milliseconds, whatever the options say. */
const MAX_WAIT_MILLIS = 1_000;

/**
 * Watches for the end of the process while a recorded invocation runs: SIGTERM, an uncaught error, and `process.exit`.
 * Then what is open is exported as snapshots. Shared by all copies of fc-traced, so that there is one listener for each.
 */
class ProcessEnd {
  private readonly watched = new Set<WatchedInvocation>();
  private isTerminating = false;

  watch(invocation: WatchedInvocation): () => void {
    if (this.watched.size >= MAX_WATCHED) {
      // The oldest one never ended.
      for (const oldest of this.watched) {
        this.watched.delete(oldest);
        break;
      }
    }
    if (this.watched.size === 0) this.addListeners();
    this.watched.add(invocation);
    return () => {
      if (this.watched.delete(invocation) && this.watched.size === 0) this.removeListeners();
    };
  }

  private addListeners(): void {
    // Before those of the program, which may end the process.
    const limit = process.getMaxListeners();
    // No warning because of ours, which would be output of the program.
    process.setMaxListeners(0);
    try {
      if (!this.isTerminating) process.prependListener('SIGTERM', this.onSigterm);
      process.prependListener('uncaughtExceptionMonitor', this.onUncaughtError);
      process.prependListener('exit', this.onExit);
    } finally {
      process.setMaxListeners(limit);
    }
  }

  private removeListeners(): void {
    process.off('SIGTERM', this.onSigterm);
    process.off('uncaughtExceptionMonitor', this.onUncaughtError);
    process.off('exit', this.onExit);
  }

  /**
   * Without a listener of the program, SIGTERM ends the process by default. Ours prevents that, so it sends the signal
   * again after the export. It removes itself first: other listeners may ask whether they are the only ones.
   */
  private readonly onSigterm = (): void => {
    process.off('SIGTERM', this.onSigterm);
    this.takeSnapshots('sigterm');
    if (process.listenerCount('SIGTERM') > 0) {
      // Not before the program's listeners have run: if one exits, `onExit` exports what waits.
      setImmediate(() => void this.flush());
      return;
    }
    this.isTerminating = true;
    this.finish();
    void this.flush().finally(() => {
      process.kill(process.pid, 'SIGTERM');
      // The process survives if it is the first one of a container: the system ignores the signal then.
      this.isTerminating = false;
    });
  };

  /**
   * Called for an uncaught error or an unhandled rejection that ends the process, or that a listener for
   * `uncaughtException` handles, such as that of FC's runtime, which then answers. In neither case the event loop runs
   * before the process ends or is frozen, so the export is synchronous.
   */
  private readonly onUncaughtError = (error: unknown): void => {
    const isTaken = this.takeSnapshots('uncaught_error', { error });
    const isHandled = process.listenerCount('uncaughtException') > 0 || process.hasUncaughtExceptionCaptureCallback();
    if (!isHandled) this.finish({ error });
    if (isTaken) this.flushSync();
  };

  private readonly onExit = (): void => {
    this.takeSnapshots('exit');
    this.finish();
    this.flushSync();
  };

  private takeSnapshots(reason: CutOffReason, thrown?: Thrown): boolean {
    return [...this.watched].map((invocation) => invocation.takeSnapshots(reason, thrown)).includes(true);
  }

  private finish(thrown?: Thrown): void {
    for (const invocation of this.watched) invocation.finish(thrown);
  }

  private get telemetries(): ReadonlySet<Telemetry> {
    return new Set([...this.watched].map(({ telemetry }) => telemetry));
  }

  private get waitMillis(): number {
    return Math.min(MAX_WAIT_MILLIS, Math.max(0, ...[...this.watched].map(({ exportMillis }) => exportMillis)));
  }

  private async flush(): Promise<void> {
    const { waitMillis } = this;
    await Promise.allSettled([...this.telemetries].map((telemetry) => telemetry.flush(waitMillis, 'preStop')));
  }

  private flushSync(): void {
    const { waitMillis } = this;
    for (const telemetry of this.telemetries) {
      try {
        telemetry.flushSync?.(waitMillis);
      } catch {
        countError('the spans of an invocation that is cut off could not be exported');
      }
    }
  }
}

const processEnd = sharedByCopies('process end', () => new ProcessEnd());

/** Watches a running invocation. Returns a function that ends this. */
export function watchProcessEnd(invocation: WatchedInvocation): () => void {
  return processEnd.watch(invocation);
}
