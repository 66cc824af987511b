import { setMaxListeners } from 'node:events';
import { performance } from 'node:perf_hooks';
import { unref } from '../../realms';
import { readNumber } from '../../safe-access';
import type { Invocation } from './invocation';

/** The time that is left to an invocation until FC ends it. Injected with `@InjectDeadline()`. */
export interface InvocationDeadline {
  /**
   * Aborted shortly before the function's timeout, with a `DOMException` named `TimeoutError` as its reason. Pass it to
   * `fetch` and other calls, so that the method can still answer. Never aborted if the timeout is unknown, nor after the
   * invocation has ended.
   */
  readonly signal: AbortSignal;
  /** The milliseconds until the function's timeout, 0 if it has passed, and `Infinity` if it is unknown. */
  remainingMillis(): number;
}

/** The longest delay of a timer. Node.js fires a timer with a longer delay immediately. */
const MAX_TIMER_MILLIS = 2 ** 31 - 1;
const MIN_MARGIN_MILLIS = 300;
const MAX_MARGIN_MILLIS = 1_000;
/** How long before the timeout the last task runs: the time that a delivery may take. */
const LAST_MILLIS = 200;

/** How long before a timeout the deadline is imminent, unless an option says it. */
function defaultMargin(timeoutMillis: number): number {
  return Math.min(Math.max(MIN_MARGIN_MILLIS, timeoutMillis / 10), MAX_MARGIN_MILLIS);
}

/** What is done before a deadline, each once. */
export interface DeadlineTasks {
  /** When it is imminent, before the signal is aborted. */
  imminent(): void;
  /** 200 ms before, or in the middle of a margin that is shorter than 400 ms. */
  last(): void;
}

/**
 * The deadline of one invocation, by the clock of `performance.now()`: adjustments of the system clock do not move it.
 * Has a timer only while something waits for it.
 */
export class Deadline {
  /** By the clock of `performance.now()`; `Infinity` if it is unknown. */
  private readonly atMillis: number;
  private readonly marginMillis: number;
  private given: InvocationDeadline | undefined;
  private controller: AbortController | undefined;
  private timer: NodeJS.Timeout | undefined;
  private tasks: DeadlineTasks | undefined;
  private isImminent = false;
  private isClosed = false;

  constructor(startMillis: number, timeoutMillis: number | undefined, marginMillis?: number) {
    const isKnown = timeoutMillis !== undefined && timeoutMillis > 0;
    this.atMillis = isKnown ? startMillis + timeoutMillis : Number.POSITIVE_INFINITY;
    this.marginMillis = isKnown ? Math.min(marginMillis ?? defaultMargin(timeoutMillis), timeoutMillis / 2) : 0;
  }

  /** The object that the program gets. Its functions need no `this`, because a singleton calls them on a proxy. */
  get injected(): InvocationDeadline {
    const signal = (): AbortSignal => this.signal();
    this.given ??= Object.freeze({
      get signal() {
        return signal();
      },
      remainingMillis: () => this.remainingMillis(),
    });
    return this.given;
  }

  remainingMillis(): number {
    return Math.max(0, this.atMillis - performance.now());
  }

  /** Calls the tasks in time. Not if the timeout is unknown or the margin is 0. */
  watch(tasks: DeadlineTasks): void {
    if (this.marginMillis === 0) return;
    this.tasks = tasks;
    this.startTimer();
  }

  /** The invocation has ended: the deadline does not matter any more. */
  close(): void {
    this.isClosed = true;
    clearTimeout(this.timer);
    this.tasks = undefined;
  }

  private signal(): AbortSignal {
    if (this.controller === undefined) {
      this.controller = new AbortController();
      // One signal for all calls of an invocation: Node.js warns of more than ten listeners.
      setMaxListeners(0, this.controller.signal);
      if (this.isImminent) this.abort();
      else this.startTimer();
    }
    return this.controller.signal;
  }

  private startTimer(): void {
    if (this.timer !== undefined || this.isClosed) return;
    this.timer = this.timerFor(this.marginMillis, () => this.becomeImminent());
  }

  private becomeImminent(): void {
    this.isImminent = true;
    this.tasks?.imminent();
    if (this.tasks !== undefined) {
      this.timer = this.timerFor(Math.min(LAST_MILLIS, this.marginMillis / 2), () => this.tasks?.last());
    }
    this.abort();
  }

  private timerFor(millisBefore: number, task: () => void): NodeJS.Timeout | undefined {
    const delayMillis = Math.max(0, this.remainingMillis() - millisBefore);
    // Also if the timeout is unknown. No instance lives for 24 days.
    return delayMillis > MAX_TIMER_MILLIS ? undefined : unref(setTimeout(task, delayMillis));
  }

  private abort(): void {
    this.controller?.abort(new DOMException("The function's timeout is imminent", 'TimeoutError'));
  }
}

/** The deadline of an invocation, which is created when something first needs it. */
export function deadlineOf({ context, timing }: Pick<Invocation, 'context' | 'timing'>): Deadline {
  const seconds = readNumber(context, 'function', 'timeout');
  return (timing.deadline ??= new Deadline(
    timing.startMillis,
    seconds === undefined ? undefined : seconds * 1_000,
    timing.deadlineMarginMillis,
  ));
}
