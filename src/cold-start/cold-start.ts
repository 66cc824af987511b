import type { Context, Span } from '@opentelemetry/api';
import { performance } from '../clock';
import { countLoss } from '../diagnostics';
import { SPAN_BUILD_CONTAINER } from '../semconv';
import { isClientError, recordFailure } from '../tracing/calls/failure';
import { spanIn } from '../tracing/context/linked-context';
import { state } from '../tracing/telemetry/state';
import type { Telemetry } from '../tracing/telemetry/telemetry';
import { firstModuleAt, isLoadedBeforeEventLoop } from './first-module';
import { endLoading, endLoadingSoon } from './loading';
import { Phases, wasKeptReady } from './phases';

/** A call that arrives earlier after the program was loaded is the one that it was loaded for, in milliseconds. */
const LOADED_FOR_CALL_MILLIS = 100;

/**
 * Measures the time before the first invocation of a function, and records it as spans if that invocation is recorded.
 */
export class ColdStart {
  private readonly phases = new Phases();
  private isOver = false;
  private isBuilt = false;
  private isRecorded = false;
  private offsetMillis = 0;

  /** Created while the program's modules are loading. `isEnabled`: the option `coldStartSpans`. */
  constructor(private readonly isEnabled: boolean) {
    endLoadingSoon();
  }

  /** Measures a phase of the start, such as the initializer. Returns and throws what `work` does. */
  measure<T>(name: string, work: () => T): T {
    if (this.isOver) return work();
    endLoading();
    return this.phases.measure(name, work);
  }

  /** Measures the construction of singletons in the initializer. Returns and throws what `work` does. */
  build<T>(work: () => T): T {
    const built = this.measure(SPAN_BUILD_CONTAINER, work);
    this.isBuilt = true;
    return built;
  }

  /**
   * Returns when FC called the function, if it entered the program at `enteredMillis`. Without an initializer, FC's
   * built-in runtimes load the program during the first call, and the time that this takes counts for the timeout.
   */
  callStart(enteredMillis: number): number {
    const isLoadedForCall =
      !state.invoked &&
      !isLoadedBeforeEventLoop() &&
      this.phases.all.length === 0 &&
      enteredMillis - (state.loadedAt ?? enteredMillis) < LOADED_FOR_CALL_MILLIS;
    return isLoadedForCall ? Math.min(firstModuleAt(), enteredMillis) : enteredMillis;
  }

  /**
   * Ends the start when the first invocation of the function arrives. Returns whether it is a cold start: whether its
   * caller waited for the instance. A provisioned instance has been ready for more than ten seconds, so no caller
   * waited for it.
   */
  endStart(): boolean {
    endLoading();
    // The process of a test is not a provisioned instance.
    const isColdStart = state.recorders.size > 0 || !wasKeptReady(this.phases.all.at(-1)?.end ?? state.loadedAt ?? 0);
    // A process starts once, even if it contains several functions.
    this.isOver = !isColdStart || state.invoked;
    state.invoked = true;
    return isColdStart;
  }

  /**
   * Returns itself if the first invocation records the cold start. Returns `undefined` if it is not recorded, if a test
   * records it, or if the option is disabled.
   */
  startRecording(telemetry: Telemetry | undefined): ColdStart | undefined {
    const isRecorded = this.isEnabled && !this.isOver && telemetry !== undefined && state.recorders.size === 0;
    this.isOver = true;
    // Read at the start of the invocation, because the wall clock may be adjusted while it runs.
    this.offsetMillis = isRecorded ? Date.now() - (performance.timeOrigin + performance.now()) : 0;
    return isRecorded ? this : undefined;
  }

  /** Records the phases before the first invocation once, below the span in `request` if there is one. Never throws. */
  record(telemetry: Telemetry, request: Context, invocation: Span): void {
    if (this.isRecorded) return;
    this.isRecorded = true;
    try {
      // Loaded lazily: an invocation that is not recorded does not need it.
      const { recordStart } = require('./start-spans') as typeof import('./start-spans');
      recordStart(telemetry, this.phases.all, request, invocation, this.offsetMillis);
    } catch {
      countFailure();
    }
  }

  /**
   * Constructs the handler in the first invocation, in a span of its own if no initializer has run. That span is not
   * made active, so a constructor finds the same active span in each invocation. Returns and throws what `work` does.
   */
  buildInInvocation<T>(telemetry: Telemetry | undefined, active: Context, work: () => T): T {
    const span = this.isBuilt || telemetry === undefined ? undefined : startBuild(telemetry, active);
    if (span === undefined) return work();
    try {
      return work();
    } catch (error) {
      if (!isClientError(error)) recordFailure(span, error, spanIn(active), active);
      throw error;
    } finally {
      endBuild(span);
    }
  }
}

function startBuild(telemetry: Telemetry, active: Context): Span | undefined {
  try {
    return telemetry.startCall(SPAN_BUILD_CONTAINER, undefined, active, spanIn(active));
  } catch {
    countFailure();
    return undefined;
  }
}

function endBuild(span: Span): void {
  try {
    span.end();
  } catch {
    countFailure();
  }
}

function countFailure(): void {
  countLoss('the spans of a cold start could not be created: a span processor, sampler or tracer provider threw');
}
