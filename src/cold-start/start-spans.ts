import type { Context, HrTime, Span, SpanOptions } from '@opentelemetry/api';
import { performance } from 'node:perf_hooks';
import { codeFolder } from '../config/config';
import { warnOnce } from '../diagnostics';
import { ATTR_FAAS_COLDSTART, SPAN_COLD_START, SPAN_LOAD_MODULES, SPAN_START_PROCESS } from '../semconv';
import { contextWithSpan, spanIn } from '../tracing/context/linked-context';
import { state } from '../tracing/telemetry/state';
import type { Telemetry } from '../tracing/telemetry/telemetry';
import { firstModuleAt, isLoadedBeforeEventLoop } from './first-module';
import { requireRecorder } from './loading';
import { KEPT_READY_MILLIS } from './phases';
import type { Phase } from './phases';

/**
 * Creates the spans of a cold start: of the process, and of what the function did in `phases`. Their parent is the span
 * in `request`, which is that of the whole request. Without one, the cold start is a root beside the invocation span:
 * it begins before the invocation, so it cannot be part of it. `offsetMillis`: how far the system clock was ahead of the
 * clock of `performance`.
 */
export function recordStart(
  telemetry: Telemetry,
  phases: readonly Phase[],
  request: Context,
  invocation: Span,
  offsetMillis: number,
): void {
  const children = withoutIdleStart([...processPhases(), ...phases]);
  if (children.length === 0) return;
  const coldStart: Phase = {
    name: SPAN_COLD_START,
    start: children[0]!.start,
    end: children.at(-1)!.end,
    attributes: { [ATTR_FAAS_COLDSTART]: true },
    children,
  };
  const clock = wallClock(offsetMillis, startOf(invocation));
  const startBelow: StartSpan = (name, options, context) => telemetry.tracer.startSpan(name, options, context);
  const startBeside: StartSpan = (name, options, context) => startRoot(telemetry, invocation, name, options, context);
  recordPhase(coldStart, request, clock, startBelow, spanIn(request) === undefined ? startBeside : startBelow);
}

type StartSpan = (name: string, options: SpanOptions, context: Context) => Span;

/** Starts a root in the trace of the invocation. The application's provider can only start another trace: it is linked. */
function startRoot(telemetry: Telemetry, invocation: Span, name: string, options: SpanOptions, context: Context): Span {
  const { traceId, traceState } = invocation.spanContext();
  const links = telemetry.ownsResource ? [] : [{ context: invocation.spanContext() }];
  const root = { traceId, decision: { isSampled: true, traceState } };
  return telemetry.startInvocationSnapshot(name, { ...options, links }, context, root);
}

/** Omits the phases that ended long before the next one began: the platform had started the process in advance. */
function withoutIdleStart(phases: readonly Phase[]): readonly Phase[] {
  const last = phases.findLastIndex(({ end }, index) => (phases[index + 1]?.start ?? end) - end > KEPT_READY_MILLIS);
  return phases.slice(last + 1);
}

/** The phases of the process before the function could be called. */
export function processPhases(): readonly Phase[] {
  const bootstrapComplete: number | undefined = performance.nodeTiming?.bootstrapComplete;
  // Modules that are preloaded with `node --require` run before Node.js reports that it is ready.
  const ready = Math.min(bootstrapComplete ?? firstModuleAt(), firstModuleAt());
  const phases: Phase[] = [];
  if (bootstrapComplete === undefined) {
    warnOnce(
      'Node.js has changed: performance.nodeTiming of node:perf_hooks is missing, so cold starts have no span "start process"',
    );
  } else {
    phases.push({ name: SPAN_START_PROCESS, start: 0, end: ready, children: [] });
  }
  if (state.loadedAt !== undefined) {
    const start = isMainProgram() ? ready : firstModuleAt();
    phases.push({ name: SPAN_LOAD_MODULES, start, end: state.loadedAt, children: requireRecorder?.phases() ?? [] });
  }
  return phases;
}

/**
 * Whether the process was started with the program, as in a custom runtime: then everything that has run so far was
 * loading the program. FC's built-in runtimes start first and wait for the code.
 */
function isMainProgram(): boolean {
  if (!isLoadedBeforeEventLoop() || process.argv[1] === undefined) return false;
  const { isOwnFile } = require('./module-name') as typeof import('./module-name');
  return isOwnFile(process.argv[1], codeFolder());
}

/** Converts a time on the clock of `performance.now()` to milliseconds since the Unix epoch. */
type WallClock = (time: number) => number;

/**
 * The wall clock of this process, at most `latest`. The SDK rounds the start of the invocation span down to a whole
 * millisecond. Without the limit, the cold start could seem to end after the invocation started.
 */
function wallClock(offsetMillis: number, latest: number): WallClock {
  // By how much the wall clock was adjusted since the process started. `Date` has no fractions of a millisecond, so it
  // may be behind by up to 1 ms without having been adjusted.
  const adjustment = Math.max(0, offsetMillis) + Math.min(0, offsetMillis + 1);
  return (time) => Math.min(performance.timeOrigin + time + adjustment, latest);
}

/** When a span started, in milliseconds since the Unix epoch, or infinity if its provider does not expose that. */
function startOf(span: Span): number {
  const { startTime } = span as { startTime?: HrTime };
  return Array.isArray(startTime) ? startTime[0] * 1e3 + startTime[1] / 1e6 : Number.POSITIVE_INFINITY;
}

/** Creates the spans of a phase and its children. `startFirst` starts that of the phase itself. */
function recordPhase(
  phase: Phase,
  context: Context,
  clock: WallClock,
  start: StartSpan,
  startFirst: StartSpan = start,
): void {
  const startTime = clock(phase.start);
  const span = startFirst(
    phase.name,
    { startTime, ...(phase.attributes && { attributes: phase.attributes }) },
    context,
  );
  const inner = contextWithSpan(context, span);
  for (const child of phase.children) recordPhase(child, inner, clock, start);
  span.end(clock(phase.end));
}
