import type { Context, Span } from '@opentelemetry/api';
import { performance } from 'node:perf_hooks';
import type { ColdStart } from '../cold-start/cold-start';
import { callIn } from '../tracing/context/active-context';
import type { CurrentInvocation } from '../tracing/context/invocation';
import type { Telemetry } from '../tracing/telemetry/telemetry';
import type { Attempts } from './attempts';
import { rememberCredentials } from './credentials';
import { CutOffWatch } from './cut-off';
import type { IncomingCall } from './incoming-call';
import { endInvocationSpan, keptParentContext, parentContext, requestContext } from './invocation-plan';
import type { InvocationPlan } from './invocation-plan';

/** How many microtasks an invocation waits for calls that were not awaited. */
const MOST_TURNS = 16;

/** An invocation that is recorded. */
export interface RecordedCall {
  readonly call: IncomingCall;
  readonly plan: InvocationPlan;
  readonly span: Span;
  readonly telemetry: Telemetry;
  readonly invocation: CurrentInvocation;
  readonly active: Context;
  /** Whether it is the first one of the instance. */
  readonly coldStart: boolean;
  /** Set if its trace contains the cold start. */
  readonly recordedColdStart: ColdStart | undefined;
  /** When it began, in milliseconds of `performance.now()`. */
  readonly entered: number;
  /** How long the process may wait for the export when it ends, in milliseconds. */
  readonly exportMillis: number;
  readonly attempts: Attempts;
}

/** The recording of one invocation, between the start of its span and the delivery. */
export class InvocationRecording {
  /** Whether its trace is delivered: it is sampled, or a rule keeps it. */
  isKept = true;
  private readonly watch: CutOffWatch;

  constructor(private readonly recorded: RecordedCall) {
    const { call, plan, span, telemetry, invocation, active, coldStart, exportMillis, attempts } = recorded;
    attempts.remember(call.context, span.spanContext());
    rememberCredentials(call.context);
    const watched = {
      invocation,
      span,
      telemetry,
      parent: parentContext(plan.parentage),
      exportMillis,
      recordColdStart: () => this.recordColdStart(),
      keepEarly: () => plan.candidate?.decideEarly(span, coldStart, this.durationMillis) ?? true,
    };
    // In the context of the invocation, so that listeners of the deadline's signal run in it as well.
    this.watch = callIn(active, () => new CutOffWatch(watched), undefined, []) as CutOffWatch;
  }

  /**
   * Lets calls end that the program did not await, but that wait for nothing more than settled promises, such as the
   * writing of a cache in memory. All others are abandoned at the end.
   */
  async letCallsEnd(): Promise<void> {
    const { open } = this.recorded.invocation;
    for (let turn = 0; turn < MOST_TURNS && open.hasOpenCalls; turn += 1) await Promise.resolve();
  }

  /** Ends the open spans, decides whether the trace is kept, and ends the invocation span. `thrown`: its error. */
  end(thrown: unknown): void {
    const { call, plan, span, invocation, coldStart, attempts } = this.recorded;
    invocation.open.abandonAll();
    if (plan.candidate !== undefined) {
      const { durationMillis } = this;
      this.isKept = plan.candidate.decide(span, {
        trigger: call.triggerName,
        coldStart,
        durationMillis,
        error: thrown,
      });
      if (this.isKept) attempts.remember(call.context, span.spanContext());
    }
    endInvocationSpan(span, this.isKept);
    // After all spans have ended, so that none of them includes the time that this takes.
    if (this.isKept) this.recordColdStart();
  }

  /** The response can be sent. */
  close(): void {
    this.watch.end();
  }

  private get durationMillis(): number {
    return performance.now() - this.recorded.entered;
  }

  private recordColdStart(): void {
    const { recordedColdStart, telemetry, plan, span, call } = this.recorded;
    if (recordedColdStart === undefined) return;
    const parent =
      plan.candidate === undefined
        ? parentContext(plan.parentage)
        : keptParentContext(plan.parentage, span.spanContext());
    recordedColdStart.record(telemetry, requestContext(parent, call), span);
  }
}
