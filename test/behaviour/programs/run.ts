import { isForward } from './program';
import type { Call, Thrown } from './program';

/** How a call ended, as its caller saw it. What nobody saw the end of is open. */
export type Outcome = 'returned' | 'threw' | 'cancelled' | 'open';

/** How a traced execution tells its spans apart. */
export interface Tracing {
  /** Says on the active span that it belongs to call `id`. */
  mark(id: number): void;
  /** Which call the active span belongs to. */
  activeCall(): number;
}

/** One execution of a program, and all that could be observed of it. */
export class Run {
  /** What happened, by task: between tasks there is no order. */
  readonly logs: Record<string, string[]> = {};
  /** Which call made a call; 0 is the program itself. */
  readonly callers = new Map<number, number>();
  readonly outcomes = new Map<number, Outcome>();
  /** Which call threw an error first. */
  readonly throwers = new Map<string, number>();
  private readonly detached: Promise<void>[] = [];
  private readonly thrown = new Map<string, unknown>();

  constructor(private readonly tracing?: Tracing) {}

  log(task: string, what: string): void {
    (this.logs[task] ??= []).push(what);
  }

  entered(task: string, id: number): void {
    this.tracing?.mark(id);
    this.log(task, `enter ${id}`);
  }

  /** Fails unless the span of call `id` is active, where the program is traced. */
  at(id: number): void {
    const seen = this.tracing?.activeCall();
    if (seen !== undefined && seen !== id) throw new ProgramError(`call ${id} runs, but the span of ${seen} is active`);
  }

  called(call: Call, caller: number): void {
    this.callers.set(call.id, caller);
    this.outcomes.set(call.id, 'open');
  }

  /** How a call ended; a call that forwards ends like the one it forwards. */
  ended(call: Call, outcome: Outcome): void {
    if (!this.callers.has(call.id)) return;
    this.outcomes.set(call.id, outcome);
    if (isForward(call)) this.ended(call.inner, outcome);
  }

  /** Something to throw in call `id`, the same in every run. */
  toThrow(what: Thrown, id: number, isConsumer = false): unknown {
    const label = `${isConsumer ? 'sent' : 'thrown'} ${id}`;
    if (what === 'error' && !isConsumer) this.throwers.set(label, id);
    const value = what === 'error' ? new Error(label) : what === 'text' ? label : undefined;
    this.thrown.set(label, value);
    return value;
  }

  /** A caught value in words: errors of the program only by being the very object that was thrown. */
  show(caught: unknown): string {
    if (caught instanceof ProgramError) throw caught;
    if (!(caught instanceof Error)) return String(caught);
    return this.thrown.get(caught.message) === caught ? caught.message : `a foreign error: ${caught.stack}`;
  }

  /** Work that nobody waits for but the end of the program. */
  detach(work: Promise<void>): void {
    this.detached.push(work);
  }

  async settle(): Promise<void> {
    for (let index = 0; index < this.detached.length; index += 1) await this.detached[index];
  }
}

/** A property that does not hold, in the middle of a program. */
export class ProgramError extends Error {}
