import { resolveConfig } from '../config/config';
import { FcTracedError } from '../errors';
import type { ReadableSpan } from '../export/sdk';
import { SdkTelemetry } from '../export/sdk-telemetry';
import { ensureContextManager } from '../tracing/context/active-context';
import { registerAmbientProvider } from '../tracing/context/ambient-telemetry';
import { state } from '../tracing/telemetry/state';
import { sdkSpanRecord } from './sdk-span-record';
import { buildTraces } from './trace-tree';
import type { SpanRecord, Trace } from './trace-tree';

/** A recorder of the traces of a test. */
export interface TraceRecorder {
  /** Returns all spans that have ended, in the order of their ends. */
  spans(): readonly SpanRecord[];
  /** Returns the traces of these spans, in the order in which the first span of each ended. */
  traces(): readonly Trace[];
  /** Returns the only trace. Throws `TREE_MISMATCH` if there is none or more than one. */
  only(): Trace;
  /** Returns the last trace of `traces()`. Throws `TREE_MISMATCH` if there is none. */
  last(): Trace;
  /** Discards all recorded spans. */
  clear(): void;
  /** Stops recording. Traces are exported as configured again. */
  stop(): void;
  [Symbol.dispose](): void;
}

/**
 * Records all traces of this process until `stop()` is called: those of handlers, and those of `@Traced` methods that
 * are called directly.
 *
 * While recording, nothing is exported and no endpoint is required. A tracer provider that the program registered stays
 * registered, but fc-traced does not use it. The option `spanProcessors` and sampling work as configured.
 *
 * @example
 * ```ts
 * import { createHandler } from 'fc-traced';
 * import { expectTrace, invoke, recordTraces } from 'fc-traced/testing';
 * class Hello {
 *   handle(): string {
 *     return 'Hello';
 *   }
 * }
 * export async function test(): Promise<void> {
 *   const traces = recordTraces();
 *   await invoke(createHandler(Hello, { name: 'hello' }).handler, {});
 *   expectTrace(traces.only()).toMatchTree({ name: 'hello', kind: 'server' });
 *   traces.stop();
 * }
 * ```
 */
export function recordTraces(): TraceRecorder {
  let recorded: SpanRecord[] = [];
  const recorder = { onEnd: (span: unknown): void => void recorded.push(sdkSpanRecord(span as ReadableSpan)) };
  const outer = state.fallback;
  ensureContextManager();
  registerAmbientProvider();
  state.recorders.add(recorder);
  state.fallback = new SdkTelemetry({
    config: resolveConfig({}),
    endpoint: undefined,
    functionAttributes: {},
    recorders: state.recorders,
  });

  const traces = (): Trace[] => buildTraces(recorded);
  const stop = (): void => {
    if (state.recorders.delete(recorder)) state.fallback = outer;
  };
  return {
    spans: () => [...recorded],
    traces,
    only: () => {
      const found = traces();
      if (found.length === 1) return found[0]!;
      const names = found.map(({ roots }) => roots.map(({ span }) => span.name).join(' + '));
      const detail = found.length === 0 ? 'check that the invocation is awaited and sampled' : names.join(', ');
      throw new FcTracedError('TREE_MISMATCH', `Expected one trace, but ${found.length} were recorded: ${detail}.`);
    },
    last: () => {
      const found = traces().at(-1);
      if (found !== undefined) return found;
      throw new FcTracedError(
        'TREE_MISMATCH',
        'Expected a trace, but none was recorded: check that the invocation is awaited and sampled.',
      );
    },
    clear: () => {
      recorded = [];
    },
    stop,
    [Symbol.dispose]: stop,
  };
}
