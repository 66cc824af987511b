import type { ContextManager, SpanContext } from '@opentelemetry/api';
import { sharedByCopies } from '../../api-registry';
import type { EndStrategy } from '../end-strategies/end-strategy';
import type { SpanRecorder, Telemetry, TraceBuffer } from './telemetry';

/**
 * Where a secret comes from: the program, outside of invocations and in one, a request, such as a URI with a token, or
 * FC's context. Each kind is limited separately, so that none displaces another.
 */
export type SecretKind = 'ofProcess' | 'ofInvocations' | 'ofCallers' | 'ofFc';

/**
 * The state of the process. State of an invocation is kept in the active context, and that of a handler in its closure.
 */
interface ProcessState {
  /** The registered context manager, if it can be called without the API. */
  contextManager: ContextManager | undefined;
  /** The telemetry outside of invocations, once the SDK is loaded. */
  fallback: Telemetry | undefined;
  /** When the modules of the program had been loaded, in milliseconds of `performance.now()`. */
  loadedAt: number | undefined;
  /** Whether an invocation has started. */
  invoked: boolean;
  /** The recorders of running tests. While there is one, nothing is exported. Shared by all copies of fc-traced. */
  readonly recorders: Set<SpanRecorder>;
  /** The buffers of traces that may be kept, by the context of each of their spans. */
  readonly buffers: WeakMap<SpanContext, TraceBuffer>;
  /** How exceptions are recorded. */
  exceptionSignal: 'events' | 'logs' | 'both';
  /** The end strategies that the program registered, newest first. Shared by all copies of fc-traced. */
  readonly endStrategies: EndStrategy[];
  /** How many returned values have been followed. */
  followed: number;
  /** Instrumentations that have been set up, and their names. Shared: a second copy would create each span twice. */
  readonly instrumented: Set<unknown>;
  /** Strings that are redacted in spans. Shared by all copies of fc-traced. */
  readonly secrets: Readonly<Record<SecretKind, Set<string>>>;
  /** Inherited log methods, each with its wrapper that adds trace ids. */
  readonly logMethods: WeakMap<(...values: unknown[]) => unknown, (...values: unknown[]) => unknown>;
}

export const state: ProcessState = {
  contextManager: undefined,
  fallback: undefined,
  loadedAt: undefined,
  invoked: false,
  recorders: sharedByCopies('recorders', () => new Set()),
  buffers: new WeakMap(),
  exceptionSignal: 'events',
  endStrategies: sharedByCopies('end strategies', () => []),
  followed: 0,
  instrumented: sharedByCopies('instrumentations', () => new Set()),
  secrets: {
    ofProcess: sharedByCopies('secrets of the process', () => new Set()),
    ofInvocations: sharedByCopies('secrets of invocations', () => new Set()),
    ofCallers: sharedByCopies('secrets of callers', () => new Set()),
    ofFc: sharedByCopies('credentials', () => new Set()),
  },
  logMethods: new WeakMap(),
};
