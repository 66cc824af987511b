import { propagation, ROOT_CONTEXT, trace } from '@opentelemetry/api';
import type { Context, Span } from '@opentelemetry/api';
import { performance } from 'node:perf_hooks';
import { ColdStart } from '../cold-start/cold-start';
import { resolveConfig } from '../config/config';
import type { Config } from '../config/config';
import type { HandlerOptions } from '../config/options';
import { ensureDiagLogger, warnOnce } from '../diagnostics';
import type { FcContext } from '../fc/context';
import { correlateLogs } from '../logs/log-lines';
import { readNumber, readText } from '../safe-access';
import { recordFailure } from '../tracing/calls/failure';
import { OpenCalls } from '../tracing/calls/open-calls';
import { callIn, ensureContextManager } from '../tracing/context/active-context';
import { processTelemetry } from '../tracing/context/ambient-telemetry';
import type { Invocation } from '../tracing/context/invocation';
import { contextOfInvocation } from '../tracing/context/linked-context';
import { rememberSecret } from '../tracing/redaction/secrets';
import { discardPreparedIds } from '../tracing/telemetry/ids';
import { state } from '../tracing/telemetry/state';
import type { IncomingCall } from './incoming-call';
import { endInvocationSpan, parentContext, planInvocation, startInvocationSpan } from './invocation-plan';
import type { InvocationPlan } from './invocation-plan';
import { TelemetrySource } from './telemetry-source';

/** Kept free before the function's timeout, so that the answer still gets out. */
const MARGIN_MILLIS = 100;

/**
 * Milliseconds that delivery may take before the answer: the option, but never more than what the function's timeout leaves.
 * `elapsedMillis` counts from the entry of the handler. 0 where no time is left.
 */
export function flushBudget(flushTimeoutMillis: number, context: unknown, elapsedMillis: number): number {
  const timeout = readNumber(context, 'function', 'timeout');
  if (timeout === undefined || timeout <= 0) return flushTimeoutMillis;
  return Math.max(0, Math.min(flushTimeoutMillis, timeout * 1_000 - elapsedMillis - MARGIN_MILLIS));
}

/** What an invocation consists of while it runs. */
export interface Running {
  readonly invocation: Invocation;
  /** The context that its work runs in. */
  readonly active: Context;
  /** Its span; nothing when it is not recorded. */
  readonly span: Span | undefined;
  /** Where its trace shows the start of the instance: what that took within this invocation belongs there, too. */
  readonly coldStart: ColdStart | undefined;
}

/** The work of one invocation. */
export interface Work<T> {
  /** What is to be done, inside the invocation's context. What it throws marks the invocation as failed. */
  run(running: Running): Promise<T>;
  /** Puts away what was made for it, whatever came of it; within `timeoutMillis`. Never rejects. */
  close?(timeoutMillis: number): Promise<void>;
}

/** Runs invocations: finds the caller's trace, opens the span, runs the work inside it, delivers the trace. */
export class InvocationRunner {
  readonly config: Config;
  readonly source: TelemetrySource;
  private readonly coldStart: ColdStart;
  private readonly name: string;
  private isCold = true;

  /** `name` is that of the program, for spans that nothing else gives a name. A class need not have one: bundlers leave it out, and a static member can take its place. */
  constructor(
    readonly options: HandlerOptions,
    name: unknown,
  ) {
    this.name = typeof name === 'string' && name !== '' ? name : 'invocation';
    this.config = resolveConfig(options);
    state.exceptionSignal = this.config.exceptionSignal;
    ensureDiagLogger(this.config.logLevel);
    this.coldStart = new ColdStart(this.config.coldStart);
    this.source = new TelemetrySource(this.config, this.coldStart);
  }

  /** Runs `build`, if there is anything to build, as the initializer does, and loads what a recorded invocation will need. Throws what `build` throws. */
  prepare(context: FcContext, build?: () => void): void {
    this.coldStart.measure('initialize', () => this.initialize(context, build));
  }

  private initialize(context: FcContext, build: (() => void) | undefined): void {
    ensureContextManager();
    correlateLogs(this.options.logCorrelation, context);
    this.config.warnings.forEach(warnOnce);
    const open = new OpenCalls();
    // What is started here and goes on, a timer of a singleton say, is of no invocation then, and recorded as what runs outside of any.
    const invocation: Invocation = {
      context,
      event: undefined,
      open,
      get telemetry() {
        return open.isOver ? processTelemetry() : undefined;
      },
    };
    try {
      if (build !== undefined) {
        this.coldStart.build(() => callIn(contextOfInvocation(invocation, undefined), build, undefined, []));
      }
    } finally {
      open.abandonAll();
    }
    try {
      const destination = this.source.destinationOf(context);
      if (destination !== undefined) this.source.telemetryFor(destination, context);
    } catch (error) {
      this.source.countNotLoaded(error);
    }
  }

  /** One invocation. Settles as its work does, once its trace is delivered. */
  async run<T>(call: IncomingCall, work: Work<T>): Promise<T> {
    const entered = performance.now();
    const { event, context } = call;
    const coldStart = this.takeColdStart();
    ensureContextManager();
    correlateLogs(this.options.logCorrelation, context);
    const plan = planInvocation(this.source, this.options, this.config.sampleRatio, call);
    const started = startInvocationSpan(plan, call, {
      instance: this.config.instance,
      programName: this.name,
      coldStart,
      baggageKeys: this.config.baggageAttributes,
    });
    const span = started?.isRecording() === true ? started : undefined;
    const recorded = span === undefined ? undefined : plan.telemetry;
    const shown = coldStart ? this.coldStart.shownIn(recorded) : undefined;
    const invocation: Invocation = {
      context,
      event,
      telemetry: recorded,
      open: new OpenCalls(),
      randomTraceId: randomTraceId(plan),
    };
    const base =
      plan.parentage.baggage === undefined
        ? ROOT_CONTEXT
        : propagation.setBaggage(ROOT_CONTEXT, plan.parentage.baggage);
    const active = contextOfInvocation(invocation, started ?? trace.wrapSpanContext(plan.passedOn), base);
    if (recorded !== undefined) rememberCredentials(context);
    try {
      return await (callIn(active, work.run, work, [{ invocation, active, span, coldStart: shown }]) as Promise<T>);
    } catch (error) {
      if (span !== undefined) recordFailure(span, error, undefined, active);
      throw error;
    } finally {
      const budget = (): number => flushBudget(this.config.flushTimeoutMillis, context, performance.now() - entered);
      if (work.close !== undefined) await (callIn(active, work.close, work, [budget() / 2]) as Promise<void>);
      if (span !== undefined) {
        invocation.open.abandonAll();
        endInvocationSpan(span);
        // At the end, where no span is open that would seem longer by it.
        shown?.record(recorded!, parentContext(plan.parentage), span);
        await recorded?.flush(budget());
      }
    }
  }

  /** Delivers what is still held: what ended after an answer, or did not make it in time. Never rejects. */
  async flush(): Promise<void> {
    // Where answers do not wait at all, this is where their spans are delivered.
    await this.source.flush(this.config.flushTimeoutMillis || this.config.exportTimeoutMillis);
  }

  private takeColdStart(): boolean {
    if (!this.isCold) return false;
    this.isCold = false;
    this.config.warnings.forEach(warnOnce);
    discardPreparedIds();
    return this.coldStart.isAwaited();
  }
}

/** Ids made here are random; of others the caller says so in bit 1 of the flags. */
function randomTraceId({ parentage: { parent }, traceId }: InvocationPlan): string | undefined {
  return parent !== undefined && (parent.traceFlags & 2) === 2 ? parent.traceId : traceId;
}

/** Credentials are never put on a span; where the program lets them slip into one, they are replaced. */
function rememberCredentials(context: FcContext): void {
  // An endpoint of Alibaba Cloud has a token in its path.
  rememberSecret(readText(context, 'tracing', 'jaegerEndpoint'), true);
  for (const key of ['accessKeyId', 'accessKeySecret', 'securityToken']) {
    rememberSecret(readText(context, 'credentials', key), true);
  }
}
