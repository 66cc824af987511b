import type { Context, Span, Tracer } from '@opentelemetry/api';
import { contextWithSpan, spanIn } from '../tracing/context/linked-context';
import { KEPT_READY_MILLIS } from './kept-ready';
import type { Phase } from './phase';
import { recordPhase, startOf, wallClock } from './phase-spans';
import { processPhases } from './process-phases';

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
    attributes: { 'faas.coldstart': true },
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
