import type { Context, Span } from '@opentelemetry/api';
import { performance } from 'node:perf_hooks';
import { countError } from '../diagnostics';
import { recordFailure } from '../tracing/calls/failure';
import { spanIn } from '../tracing/context/linked-context';
import { state } from '../tracing/telemetry/state';
import type { Telemetry } from '../tracing/telemetry/telemetry';
import { endLoading, watchLoading } from './loading';
import { Phases, wasKeptReady } from './phases';

const BUILD = 'build container';

/** Where the time before a function's first invocation went: keeps a few numbers, and makes spans of them when that one is recorded. */
export class ColdStart {
  private readonly phases = new Phases();
  private isOver = false;
  private isBuilt = false;
  private offset = 0;

  /** Made while the program's modules are loaded. `isShown`: whether spans are wanted at all. */
  constructor(private readonly isShown: boolean) {
    watchLoading();
  }

  /** Does a part of the start, such as the initializer. Returns and throws what `work` does. */
  measure<T>(name: string, work: () => T): T {
    if (this.isOver) return work();
    endLoading();
    return this.phases.measure(name, work);
  }

  /** Builds what outlives the invocations, in the initializer. */
  build<T>(work: () => T): T {
    const built = this.measure(BUILD, work);
    this.isBuilt = true;
    return built;
  }

  /**
   * The function's first invocation has come: tells whether its caller waited for the instance to start. Nobody did where the instance had been
   * ready for more than ten seconds, as one that is provisioned is.
   */
  isAwaited(): boolean {
    endLoading();
    // In a test's process nothing is provisioned.
    const isAwaited = state.recorders.size > 0 || !wasKeptReady(this.phases.all.at(-1)?.ended ?? state.loadedAt ?? 0);
    // The instance, which is the process, starts once, however many functions are in it.
    this.isOver = !isAwaited || state.invoked;
    state.invoked = true;
    return isAwaited;
  }

  /** Itself, if its spans belong into the first invocation's trace; nothing where that is not recorded, or a test records it. */
  shownIn(telemetry: Telemetry | undefined): ColdStart | undefined {
    const isShown = this.isShown && !this.isOver && telemetry !== undefined && state.recorders.size === 0;
    this.isOver = true;
    // Now, and not at the invocation's end: until then the clocks may part.
    this.offset = isShown ? Date.now() - (performance.timeOrigin + performance.now()) : 0;
    return isShown ? this : undefined;
  }

  /** Makes the spans of what came before the first invocation, which continues the span in `caller`. Never throws. */
  record(telemetry: Telemetry, caller: Context, invocation: Span): void {
    try {
      // Loaded here: an invocation that is not recorded has no use for it.
      const { recordStart } = require('./start-spans') as typeof import('./start-spans');
      recordStart(telemetry.tracer, this.phases.all, caller, invocation, this.offset);
    } catch {
      failed();
    }
  }

  /**
   * Builds inside the first invocation, where no initializer did it before. Its span is not made active: a constructor finds the
   * same active span in each invocation. Returns and throws what `work` does.
   */
  buildWithin<T>(telemetry: Telemetry | undefined, active: Context, work: () => T): T {
    const span = this.isBuilt || telemetry === undefined ? undefined : startBuild(telemetry, active);
    if (span === undefined) return work();
    try {
      return work();
    } catch (error) {
      recordFailure(span, error, spanIn(active), active);
      throw error;
    } finally {
      endBuild(span);
    }
  }
}

function startBuild(telemetry: Telemetry, active: Context): Span | undefined {
  try {
    return telemetry.startCall(BUILD, undefined, active, spanIn(active));
  } catch {
    failed();
    return undefined;
  }
}

function endBuild(span: Span): void {
  try {
    span.end();
  } catch {
    failed();
  }
}

function failed(): void {
  countError('the spans of a cold start could not be made: a span processor, sampler or tracer provider threw');
}
