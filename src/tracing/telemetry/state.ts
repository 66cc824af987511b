import type { ContextManager } from '@opentelemetry/api';
import type { EndStrategy } from '../end-strategies/end-strategy';
import type { SpanRecorder, Telemetry } from './telemetry';

/**
 * Everything that fc-traced keeps for a whole process, in one place: what belongs to an invocation lives in the active
 * context instead, and what belongs to one handler in its closure.
 */
interface ProcessState {
  /** What keeps the active context, where it can be asked without the API in between. */
  contextManager: ContextManager | undefined;
  /** What records spans outside of any invocation, once our SDK set-up is loaded. */
  fallback: Telemetry | undefined;
  /** When the modules of the program had been loaded, on the clock of `performance.now()`. */
  loadedAt: number | undefined;
  /** Whether any invocation has begun. */
  invoked: boolean;
  /** Recorders of running tests; while there is one, nothing is exported. */
  readonly recorders: Set<SpanRecorder>;
  /** How exceptions are recorded. */
  exceptionSignal: 'events' | 'logs' | 'both';
  /** Lifetimes that the program registered, newest first. */
  readonly endStrategies: EndStrategy[];
  /** How many returned values were followed so far. */
  followed: number;
  /** Instrumentations that have been set up, and their names. */
  readonly instrumented: Set<unknown>;
  /** Texts that must not get into a trace. */
  readonly secrets: { readonly lasting: Set<string>; readonly passing: Set<string> };
  /** Log methods that objects inherit, each with what puts ids into its lines. */
  readonly logMethods: WeakMap<(...values: unknown[]) => unknown, (...values: unknown[]) => unknown>;
}

export const state: ProcessState = {
  contextManager: undefined,
  fallback: undefined,
  loadedAt: undefined,
  invoked: false,
  recorders: new Set(),
  exceptionSignal: 'events',
  endStrategies: [],
  followed: 0,
  instrumented: new Set(),
  secrets: { lasting: new Set(), passing: new Set() },
  logMethods: new WeakMap(),
};
