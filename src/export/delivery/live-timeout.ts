import { performance } from 'node:perf_hooks';
import { unref } from '../../realms';

/** How often the time is taken. */
const TICK_MILLIS = 50;
/** A tick that is later than this was delayed: the instance was frozen, or the program did not yield. */
const LATE_MILLIS = 100;
/** What remains after a delay, in which a response is read that arrived meanwhile. */
const GRACE_MILLIS = 500;
/** The most delays that do not count, so that a program that hardly ever yields has a timeout as well. */
const MOST_DELAYS = 20;

/**
 * A timeout that counts only the time in which the process runs. After a freeze of the instance, timers fire before a
 * response is read that may have arrived long ago, whether the freeze ends just before or long after the timeout: so
 * the time of the freeze does not count, and after it, at least `graceMillis` remain.
 */
export class LiveTimeout {
  private readonly timer: NodeJS.Timeout;
  private elapsedMillis = 0;
  private last: number;
  private delays = 0;
  private readonly tickMillis: number;

  constructor(
    private readonly timeoutMillis: number,
    private readonly onExpired: () => void,
    private readonly graceMillis = GRACE_MILLIS,
    private readonly clock: () => number = () => performance.now(),
  ) {
    this.last = clock();
    this.tickMillis = timeoutMillis / Math.ceil(timeoutMillis / TICK_MILLIS);
    this.timer = setInterval(() => this.tick(), this.tickMillis);
  }

  /** Keeps no process alive. */
  unref(): this {
    unref(this.timer);
    return this;
  }

  clear(): void {
    clearInterval(this.timer);
  }

  private tick(): void {
    const now = this.clock();
    const gap = now - this.last;
    this.last = now;
    if (gap > this.tickMillis + LATE_MILLIS && this.delays < MOST_DELAYS) {
      this.delays += 1;
      const grace = Math.min(this.timeoutMillis, this.graceMillis);
      this.elapsedMillis = Math.min(this.elapsedMillis + this.tickMillis, this.timeoutMillis - grace);
      return;
    }
    this.elapsedMillis += gap;
    // Timers fire up to a millisecond early.
    if (this.elapsedMillis < this.timeoutMillis - 1) return;
    this.clear();
    this.onExpired();
  }
}
