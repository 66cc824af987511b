import type { Context, HrTime, Span, Tracer } from '@opentelemetry/api';
import { performance } from 'node:perf_hooks';
import { codeFolder } from '../config/config';
import { ATTR_FAAS_COLDSTART } from '../semconv';
import { contextWithSpan, spanIn } from '../tracing/context/linked-context';
import { state } from '../tracing/telemetry/state';
import { firstModuleAt, wasBeforeTheLoop } from './first-module';
import { requireWatch } from './loading';
import { isOwnFile } from './module-name';
import { KEPT_READY_MILLIS } from './phases';
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

/** What the process did before the function could be called. */
export function processPhases(): readonly Phase[] {
  const { bootstrapComplete } = performance.nodeTiming;
  // What is preloaded (`node --require`) runs before Node.js says that it is ready.
  const ready = Math.min(bootstrapComplete, firstModuleAt);
  const started: Phase = { name: 'start process', began: 0, ended: ready, within: [] };
  if (state.loadedAt === undefined) return [started];
  const began = isMainProgram() ? ready : firstModuleAt;
  return [started, { name: 'load modules', began, ended: state.loadedAt, within: requireWatch?.phases() ?? [] }];
}

/**
 * Whether the program is what the process was started with, as in a custom runtime: then all that ran so far is the program being
 * loaded. In FC's own runtime it may as well have been the wait for the program's code.
 */
function isMainProgram(): boolean {
  return wasBeforeTheLoop && process.argv[1] !== undefined && isOwnFile(process.argv[1], codeFolder());
}

/** From the clock of `performance.now()` to milliseconds since the epoch. */
type WallClock = (mark: number) => number;

/**
 * The wall clock of this process, never beyond `latest`. A span of the SDK starts at a whole millisecond, up to one too early:
 * without that bound, what came before the invocation would seem to end inside of it. `offset`: how far `Date` was ahead.
 */
function wallClock(offset: number, latest: number): WallClock {
  // What the wall clock was set by since the process started; to be behind by less than a millisecond is only that `Date` has no fractions.
  const shift = Math.max(0, offset) + Math.min(0, offset + 1);
  return (mark) => Math.min(performance.timeOrigin + mark + shift, latest);
}

/** When a span started, in milliseconds since the epoch; without a bound where that cannot be read. */
function startOf(span: Span): number {
  const { startTime } = span as { startTime?: HrTime };
  return Array.isArray(startTime) ? startTime[0] * 1e3 + startTime[1] / 1e6 : Number.POSITIVE_INFINITY;
}

/** Makes the span of a phase that is over, and those of what it consisted of below it. */
function recordPhase(tracer: Tracer, phase: Phase, context: Context, clock: WallClock): void {
  const span = tracer.startSpan(
    phase.name,
    { startTime: clock(phase.began), ...(phase.attributes && { attributes: phase.attributes }) },
    context,
  );
  const below = contextWithSpan(context, span);
  for (const inner of phase.within) recordPhase(tracer, inner, below, clock);
  span.end(clock(phase.ended));
}
