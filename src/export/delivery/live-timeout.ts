import { performance } from 'node:perf_hooks';

/** How often the time is taken. */
const TICK_MILLIS = 50;
/** A tick that is later than this was delayed: the instance was frozen, or the program did not yield. */
const LATE_MILLIS = 100;
/** What remains after a delay, in which a response is read that arrived meanwhile. */
const GRACE_MILLIS = 500;
/** The most times that a delay extends the timeout, so that a program that never yields has one as well. */
const MOST_GRACES = 20;

/**
 * A timeout that counts only the time in which the process runs. After a freeze of the instance, timers fire before a
 * response is read that may have arrived long ago, whether the freeze ends just before or long after the timeout: so
 * the time of the freeze does not count, and after it, at least half a second remains. It keeps no process alive.
 */
export class LiveTimeout {
  private readonly timer: NodeJS.Timeout;
  private elapsedMillis = 0;
  private last: number;
  private graces = 0;

  constructor(
    private readonly timeoutMillis: number,
    private readonly onExpired: () => void,
    private readonly clock: () => number = () => performance.now(),
  ) {
    this.last = clock();
    this.timer = setInterval(() => this.tick(), Math.min(TICK_MILLIS, timeoutMillis)).unref();
  }

  clear(): void {
    clearInterval(this.timer);
  }

  private tick(): void {
    const now = this.clock();
    const gap = now - this.last;
    this.last = now;
    if (gap > TICK_MILLIS + LATE_MILLIS && this.graces < MOST_GRACES) {
      this.graces += 1;
      const grace = Math.min(this.timeoutMillis, GRACE_MILLIS);
      this.elapsedMillis = Math.min(this.elapsedMillis + TICK_MILLIS, this.timeoutMillis - grace);
      return;
    }
    this.elapsedMillis += gap;
    if (this.elapsedMillis < this.timeoutMillis) return;
    this.clear();
    this.onExpired();
  }
}
