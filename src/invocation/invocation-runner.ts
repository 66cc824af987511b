import { propagation, ROOT_CONTEXT } from '@opentelemetry/api';
import type { Context, Span, SpanContext } from '@opentelemetry/api';
import { performance } from '../clock';
import { ColdStart } from '../cold-start/cold-start';
import { resolveConfig } from '../config/config';
import type { Config } from '../config/config';
import type { HandlerOptions } from '../config/options';
import { ensureDiagLogger, warnOnce } from '../diagnostics';
import type { FcContext } from '../fc/context';
import { correlateLogs } from '../logs/log-lines';
import { RANDOM_FLAG } from '../propagation/carriers';
import { SPAN_INITIALIZE } from '../semconv';
import { recordFailure } from '../tracing/calls/failure';
import { OpenCalls } from '../tracing/calls/open-calls';
import { callIn, ensureContextManager } from '../tracing/context/active-context';
import { processTelemetry } from '../tracing/context/ambient-telemetry';
import { UnrecordedSpan } from '../tracing/context/inert-spans';
import { CurrentInvocation } from '../tracing/context/invocation';
import type { Invocation, InvocationTiming } from '../tracing/context/invocation';
import { contextOfInvocation, endContext } from '../tracing/context/linked-context';
import { deliveryCounts } from '../tracing/telemetry/delivery-stats';
import { discardPreparedIds } from '../tracing/telemetry/ids';
import { state } from '../tracing/telemetry/state';
import type { Telemetry } from '../tracing/telemetry/telemetry';
import { Attempts } from './attempts';
import { DeliveryMode } from './delivery-mode';
import type { IncomingCall } from './incoming-call';
import { expectsRecording, followsRecordedCall, planInvocation, startInvocationSpan } from './invocation-plan';
import type { InvocationPlan } from './invocation-plan';
import type { InvocationRecording, RecordedCall } from './invocation-recording';
import { TelemetrySource } from './telemetry-source';
import { WaitBudget } from './wait-budget';

export { flushBudget } from './wait-budget';

/** An invocation that is running. */
export interface RunningInvocation {
  readonly invocation: Invocation;
  /** The context in which its work runs. */
  readonly active: Context;
  /** Its span; `undefined` if it is not recorded. */
  readonly span: Span | undefined;
  /** Set if its trace contains the cold start, which then includes the container that this invocation builds. */
  readonly coldStart: ColdStart | undefined;
}

/** The work of one invocation. */
export interface Work<T> {
  /** Does the work in the invocation's context. An error or a rejection is recorded on the invocation span. */
  run(running: RunningInvocation): T | Promise<T>;
  /**
   * Returns what cleans up after success and failure, within `timeoutMillis`, and never rejects. `undefined` if nothing
   * has to be cleaned up.
   */
  cleanup?(): ((timeoutMillis: number) => Promise<void>) | undefined;
}

/**
 * The initializer. Work that continues after it, such as a timer of a singleton, is recorded as work outside of
 * invocations.
 */
class Initialization extends CurrentInvocation {
  override get telemetry(): Telemetry | undefined {
    return this.open.isOver ? processTelemetry() : undefined;
  }
}

/** Runs invocations: extracts the parent, starts the span, runs the work, ends the span and exports the trace. */
export class InvocationRunner {
  readonly config: Config;
  readonly source: TelemetrySource;
  private readonly coldStart: ColdStart;
  private readonly name: string;
  private readonly attempts = new Attempts();
  private readonly mode: DeliveryMode;
  private isCold = true;

  /**
   * `name` is used for spans without another name. It may be anything: bundlers remove class names, and a static member
   * can replace `name`.
   */
  constructor(
    readonly options: HandlerOptions,
    name: unknown,
  ) {
    this.name = typeof name === 'string' && name !== '' ? name : 'invocation';
    this.config = resolveConfig(options);
    state.exceptionSignal = this.config.exceptionSignal;
    ensureDiagLogger(this.config.logLevel);
    this.coldStart = new ColdStart(this.config.coldStart);
    this.mode = new DeliveryMode(this.config.delivery);
    this.source = new TelemetrySource(this.config, this.coldStart);
  }

  /**
   * Runs `build`, loads the SDK if an invocation is likely to be recorded, and measures both as the initializer. Throws
   * what `build` throws.
   */
  prepare(context: FcContext, build?: () => void): void {
    this.coldStart.measure(SPAN_INITIALIZE, () => this.initialize(context, build));
  }

  private initialize(context: FcContext, build: (() => void) | undefined): void {
    ensureContextManager();
    correlateLogs(this.options.logCorrelation, context);
    this.config.warnings.forEach(warnOnce);
    const open = new OpenCalls();
    const invocation = new Initialization({
      context,
      event: undefined,
      open,
      // The initializer has a timeout of its own, which is not in FC's context.
      timing: this.timingOf(Number.POSITIVE_INFINITY),
      telemetry: undefined,
    });
    try {
      if (build !== undefined) {
        this.coldStart.build(() => callIn(contextOfInvocation(invocation, undefined), build, undefined, []));
      }
    } finally {
      invocation.end();
    }
    try {
      const destination = this.source.destinationOf(context);
      if (destination === undefined) return;
      if (expectsRecording(this.config, context, destination)) {
        const telemetry = this.source.telemetryFor(destination, context);
        if (followsRecordedCall(context)) telemetry.prepare?.();
      } else this.source.enablePropagation();
    } catch (error) {
      this.source.countLoadError(error);
    }
  }

  /** Runs one invocation. Settles as its work does, after its trace has been exported. */
  async run<T>(call: IncomingCall, work: Work<T>): Promise<T> {
    const entered = performance.now();
    // In a test, the program is loaded for the test.
    const isInFc = this.config.instance.functionName !== undefined;
    const startMillis = isInFc ? this.coldStart.callStart(entered) : entered;
    const { event, context } = call;
    const waits = this.mode.start();
    const budget = new WaitBudget(this.config.flushTimeoutMillis, context, startMillis, entered);
    const coldStart = this.takeColdStart();
    ensureContextManager();
    correlateLogs(this.options.logCorrelation, context, call.hasCorrelatedLogger);
    const plan = planInvocation(this.source, this.options, this.config, call);
    const started = plan.telemetry === undefined ? undefined : this.startSpan(plan.telemetry, plan, call, coldStart);
    const span = started?.isRecording() === true ? started : undefined;
    const telemetry = span === undefined ? undefined : plan.telemetry;
    const recordedColdStart = coldStart ? this.coldStart.startRecording(telemetry) : undefined;
    const { parent, baggage } = plan.parentage;
    const invocation = new CurrentInvocation(
      {
        context,
        event: call.bytes ?? event,
        telemetry,
        open: new OpenCalls(),
        timing: this.timingOf(startMillis),
        randomTraceId: randomTraceIdOf(parent),
      },
      plan.traceId,
    );
    const base = baggage === undefined ? ROOT_CONTEXT : propagation.setBaggage(ROOT_CONTEXT, baggage);
    const active = contextOfInvocation(invocation, started ?? new UnrecordedSpan(parent, plan.traceId), base);
    const recording =
      span === undefined || telemetry === undefined
        ? undefined
        : this.record({ call, plan, span, telemetry, invocation, active, coldStart, recordedColdStart, entered });
    let thrown: unknown;
    budget.startProgram(coldStart);
    try {
      return await (callIn(active, work.run, work, [
        { invocation, active, span, coldStart: recordedColdStart },
      ]) as Promise<T>);
    } catch (error) {
      thrown = error;
      if (span !== undefined) recordFailure(span, error, undefined, active);
      throw error;
    } finally {
      const cleanup = work.cleanup?.();
      if (cleanup !== undefined || recording !== undefined) budget.startWaiting();
      if (cleanup !== undefined) {
        await budget.waitFor(callIn(active, cleanup, undefined, [budget.remainingMillis / 2]) as Promise<void>);
      }
      invocation.timing.deadline?.close();
      if (recording !== undefined) {
        if (invocation.open.hasOpenCalls) await recording.letCallsEnd();
        const remainingMillis = budget.remainingAfter(() => recording.end(thrown));
        if (recording.isKept && waits) await budget.waitFor(telemetry!.flush(remainingMillis));
        recording.close();
        deliveryCounts.waitedMillis += budget.waitedMillis;
      }
      // After the end of the invocation, so that the span is released at once.
      invocation.end();
      endContext(active);
      this.mode.end();
    }
  }

  /**
   * Exports the remaining spans: those that ended after their invocation, or were not exported in time. Never rejects.
   */
  async flush(cause: 'preFreeze' | 'preStop'): Promise<void> {
    if (cause === 'preFreeze') this.mode.preFreeze();
    // With `flushTimeoutMillis: 0`, invocations do not wait for the export, so the hooks do.
    await this.source.flush(this.exportMillis, cause);
  }

  private timingOf(startMillis: number): InvocationTiming {
    const { deadlineMarginMillis, flushTimeoutMillis } = this.config;
    const answerBudgetMillis = this.mode.isWaiting ? flushTimeoutMillis : undefined;
    return { startMillis, deadlineMarginMillis, answerBudgetMillis };
  }

  private startSpan(
    telemetry: Telemetry,
    plan: InvocationPlan,
    call: IncomingCall,
    coldStart: boolean,
  ): Span | undefined {
    return startInvocationSpan(telemetry, plan, call, {
      instance: this.config.instance,
      programName: this.name,
      coldStart,
      attemptLinks: this.attempts.linksOf(call.context, call.event),
      baggageKeys: this.config.baggageAttributes,
    });
  }

  /** Loaded for the first invocation that is recorded. */
  private record(facts: Omit<RecordedCall, 'exportMillis' | 'attempts'>): InvocationRecording {
    const { InvocationRecording: Recording } =
      require('./invocation-recording') as typeof import('./invocation-recording');
    return new Recording({ ...facts, exportMillis: this.exportMillis, attempts: this.attempts });
  }

  /** How long the export may take where no response waits for it. */
  private get exportMillis(): number {
    return this.config.flushTimeoutMillis || this.config.exportTimeoutMillis;
  }

  private takeColdStart(): boolean {
    if (!this.isCold) return false;
    this.isCold = false;
    this.config.warnings.forEach(warnOnce);
    discardPreparedIds();
    return this.coldStart.endStart();
  }
}

/** The trace id of a caller if it is random: if bit 1 of its flags is set (W3C Trace Context, level 2). */
function randomTraceIdOf(parent: SpanContext | undefined): string | undefined {
  return parent !== undefined && (parent.traceFlags & RANDOM_FLAG) !== 0 ? parent.traceId : undefined;
}
