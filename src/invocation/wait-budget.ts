import { performance } from '../clock';
import { readNumber } from '../safe-access';

/** Reserved before the function's timeout, so that the result can still be sent. */
const MARGIN_MILLIS = 100;
/** What is left of the budget after a freeze of the instance. */
const GRACE_MILLIS = 50;

/**
 * The milliseconds that the export may take: `flushTimeoutMillis`, but not more than the time until 100 ms before the
 * function's timeout, and 0 if that has passed. `elapsedMillis` is the time since the handler was called.
 */
export function flushBudget(flushTimeoutMillis: number, context: unknown, elapsedMillis: number): number {
  const timeout = readNumber(context, 'function', 'timeout');
  if (timeout === undefined || timeout <= 0) return flushTimeoutMillis;
  return Math.max(0, Math.min(flushTimeoutMillis, timeout * 1_000 - elapsedMillis - MARGIN_MILLIS));
}

/**
 * How long tracing may delay the response of one invocation. All that the response waits for counts: loading the SDK
 * and instrumentations, disposal, span processors, encoding and sending. The time of the program does not. What precedes
 * the program counts up to half of the budget: otherwise, the trace of a cold start could not be delivered.
 */
export class WaitBudget {
  private spent = 0;
  /** The part of `spent` that counts. */
  private counted = 0;
  private waitingSince: number | undefined;
  private waited = 0;

  /**
   * `startMillis` is when the function's timeout began, and `waitingSince` when the response began to wait for tracing,
   * both in milliseconds of `performance.now()`.
   */
  constructor(
    private readonly flushTimeoutMillis: number,
    private readonly context: unknown,
    private readonly startMillis: number,
    waitingSince: number,
  ) {
    this.waitingSince = waitingSince;
  }

  /** The response waits for tracing from now on. */
  startWaiting(): void {
    this.waitingSince ??= performance.now();
  }

  /** The program starts now. `hasLoaded`: the SDK may have been loaded before. */
  startProgram(hasLoaded: boolean): void {
    this.spent = this.spentMillis;
    if (hasLoaded) this.waited += this.spent;
    this.counted = Math.min(this.spent, this.flushTimeoutMillis / 2);
    this.waitingSince = undefined;
  }

  /** Waits for work. What takes less than a millisecond is no time that a response waits. */
  async waitFor(work: Promise<void> | undefined): Promise<void> {
    const start = performance.now();
    await work;
    const millis = performance.now() - start;
    if (millis >= 1) this.waited += millis;
  }

  /** How long the response has waited for loading, disposal and delivery. */
  get waitedMillis(): number {
    return this.waited;
  }

  private get spentMillis(): number {
    return this.spent + (this.waitingSince === undefined ? 0 : performance.now() - this.waitingSince);
  }

  /** How long the response may still wait; 0 or more. */
  get remainingMillis(): number {
    return this.limited(this.flushTimeoutMillis - this.counted - (this.spentMillis - this.spent));
  }

  /**
   * How long the response may still wait after `work`, which does not wait. If the instance was frozen meanwhile, a
   * little is left, in which spans are delivered that would otherwise be late.
   */
  remainingAfter(work: () => void): number {
    const least = Math.min(GRACE_MILLIS, this.remainingMillis);
    work();
    return Math.max(this.remainingMillis, this.limited(least));
  }

  private limited(millis: number): number {
    return flushBudget(Math.max(0, millis), this.context, performance.now() - this.startMillis);
  }
}
