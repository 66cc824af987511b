import type { Context, Span, Tracer } from '@opentelemetry/api';
import { performance } from 'node:perf_hooks';
import { countError } from '../diagnostics';
import { ATTR_FAAS_COLDSTART } from '../semconv';
import { recordFailure } from '../tracing/calls/failure';
import { contextWithSpan, spanIn } from '../tracing/context/linked-context';
import { state } from '../tracing/telemetry/state';
import type { Telemetry } from '../tracing/telemetry/telemetry';
import { endLoading, watchLoading } from './loading';
import { KEPT_READY_MILLIS, Phases, processPhases, recordPhase, startOf, wallClock, wasKeptReady } from './phases';
import type { Phase } from './phases';

/**
 * Makes the spans of a start: of the process, and of what the function did in `phases`. They are below the span that the invocation
 * continues, so beside the invocation; below the invocation where there is none. `offset`: how far `Date` was ahead of the process's clock.
 */
export function recordStart(
  tracer: Tracer,
  phases: readonly Phase[],
  caller: Context,
  invocation: Span,
  offset: number,
): void {
  const within = awaited([...processPhases(), ...phases]);
  const start: Phase = {
    name: 'cold start',
    began: within[0]!.began,
    ended: within.at(-1)!.ended,
    attributes: { [ATTR_FAAS_COLDSTART]: true },
    within,
  };
  const parent = spanIn(caller) === undefined ? contextWithSpan(caller, invocation) : caller;
  recordPhase(tracer, start, parent, wallClock(offset, startOf(invocation)));
}

/** The phases without those that were over long before the next began: the platform had made a process ready in advance. */
function awaited(phases: readonly Phase[]): readonly Phase[] {
  const last = phases.findLastIndex(
    ({ ended }, index) => (phases[index + 1]?.began ?? ended) - ended > KEPT_READY_MILLIS,
  );
  return phases.slice(last + 1);
}

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
      const { recordStart } = require('./cold-start') as typeof import('./cold-start');
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
