import { performance } from '../../clock';
import type { FlushCause } from './telemetry';

/** How long a flush may run before the next one starts. */
const MAX_FLUSH_MILLIS = 10_000;

/** The maximum delay of a timer. Node.js fires a timer with a longer delay immediately. */
const MAX_TIMER_MILLIS = 2 ** 31 - 1;

/** Resolves to true when `work` settles, or to false after `timeoutMillis`. Never rejects. */
export async function settledWithin(work: Promise<unknown>, timeoutMillis: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const expired = new Promise<false>((resolve) => {
    timer = setTimeout(resolve, Math.min(timeoutMillis, MAX_TIMER_MILLIS), false);
  });
  const done = work.then(
    () => true,
    () => true,
  );
  try {
    return await Promise.race([done, expired]);
  } finally {
    clearTimeout(timer);
  }
}

/**
 * Runs one flush at a time for any number of callers. A caller that arrives while a flush is running waits for the next
 * one, which includes all spans that ended in the meantime. Exporters limit concurrent exports and drop spans beyond
 * it, so a flush per caller would lose spans.
 */
export class SharedFlush {
  private running: Promise<void> | undefined;
  private next: Promise<void> | undefined;
  /** How long callers have waited in vain since a flush last finished. */
  private vainMillis = 0;

  /** `onFailure` is called if `work` rejects or does not settle in 10 seconds. */
  constructor(
    private readonly work: () => Promise<unknown>,
    private readonly onFailure: () => void,
  ) {}

  /**
   * Resolves when a flush that started after this call has ended, or after `timeoutMillis`. While a flush hangs, all
   * callers together wait for `timeoutMillis`, and then none waits until it finishes, except at the end of the instance.
   * Never rejects.
   */
  async flush(timeoutMillis: number, cause?: FlushCause): Promise<void> {
    const done = this.join();
    const limit = cause === 'preStop' ? timeoutMillis : timeoutMillis - this.vainMillis;
    if (limit <= 0) return;
    const start = performance.now();
    if (!(await settledWithin(done, limit))) this.vainMillis += performance.now() - start;
  }

  private join(): Promise<void> {
    // Checked before `running`, which is undefined for a moment between the end of a flush and the start of the next.
    if (this.next !== undefined) return this.next;
    if (this.running === undefined) return this.start();
    this.next = this.running.then(() => {
      this.next = undefined;
      return this.start();
    });
    return this.next;
  }

  private start(): Promise<void> {
    this.running = this.run().finally(() => {
      this.running = undefined;
    });
    return this.running;
  }

  private async run(): Promise<void> {
    if (!(await settledWithin(this.attempt(), MAX_FLUSH_MILLIS))) this.onFailure();
  }

  private async attempt(): Promise<void> {
    try {
      await this.work();
    } catch {
      this.onFailure();
    } finally {
      this.vainMillis = 0;
    }
  }
}
