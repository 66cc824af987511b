import { isForward } from './program';
import type { Call, Thrown } from './program';

/** How a call ended, as seen by its caller. A call whose end no caller has seen is open. */
export type Outcome = 'returned' | 'threw' | 'cancelled' | 'open';

/** Identifies the spans of a traced execution. */
export interface Tracing {
  /** Marks the active span as that of call `id`. */
  mark(id: number): void;
  /** Returns the call that the active span belongs to. */
  activeCall(): number;
}

/** One execution of a program, with everything that was observed. */
export class Run {
  /** What happened, by task, as the order between tasks is not defined. */
  readonly logs: Record<string, string[]> = {};
  /** The caller of each call; 0 is the program itself. */
  readonly callers = new Map<number, number>();
  readonly outcomes = new Map<number, Outcome>();
  /** The call that first threw an error, by message. */
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

  /** Throws if the program is traced and the span of call `id` is not active. */
  at(id: number): void {
    const seen = this.tracing?.activeCall();
    if (seen !== undefined && seen !== id) throw new ProgramError(`call ${id} runs, but the span of ${seen} is active`);
  }

  called(call: Call, caller: number): void {
    this.callers.set(call.id, caller);
    this.outcomes.set(call.id, 'open');
  }

  /** Records how a call ended. A forwarding call ends like its inner call. */
  ended(call: Call, outcome: Outcome): void {
    if (!this.callers.has(call.id)) return;
    this.outcomes.set(call.id, outcome);
    if (isForward(call)) this.ended(call.inner, outcome);
  }

  /** Returns a value to throw in call `id`, the same in every run. */
  toThrow(what: Thrown, id: number, isConsumer = false): unknown {
    const label = `${isConsumer ? 'sent' : 'thrown'} ${id}`;
    if (what === 'error' && !isConsumer) this.throwers.set(label, id);
    const value = what === 'error' ? new Error(label) : what === 'text' ? label : undefined;
    this.thrown.set(label, value);
    return value;
  }

  /** Describes a caught value. An error of the program must be the object that was thrown. */
  show(caught: unknown): string {
    if (caught instanceof ProgramError) throw caught;
    if (!(caught instanceof Error)) return String(caught);
    return this.thrown.get(caught.message) === caught ? caught.message : `another error: ${caught.stack}`;
  }

  /** Adds work that only the end of the program waits for. */
  detach(work: Promise<void>): void {
    this.detached.push(work);
  }

  async settle(): Promise<void> {
    for (let index = 0; index < this.detached.length; index += 1) await this.detached[index];
  }
}

/** A property that does not hold during the execution of a program. */
export class ProgramError extends Error {}
