import type { ReadableSpan } from '@opentelemetry/sdk-trace-base';
import { resolveConfig } from '../config/config';
import { FcTracedError } from '../errors';
import { SdkTelemetry } from '../export/sdk-telemetry';
import { ensureContextManager } from '../tracing/context/active-context';
import { registerAmbientProvider } from '../tracing/context/ambient-telemetry';
import { state } from '../tracing/telemetry/state';
import { sdkSpanRecord } from './sdk-span-record';
import { buildTraces } from './trace-tree';
import type { SpanRecord, Trace } from './trace-tree';

/** The traces of a test. */
export interface TraceRecorder {
  /** All spans that have ended, in the order of their end. */
  spans(): readonly SpanRecord[];
  /** The traces they make, in the order in which their first spans ended. */
  traces(): readonly Trace[];
  /** The one trace there is. Throws TREE_MISMATCH when there is none or more than one. */
  only(): Trace;
  /** The newest trace. Throws TREE_MISMATCH when there is none. */
  last(): Trace;
  /** Forgets what was recorded so far. */
  clear(): void;
  /** Ends the recording: traces are exported as configured again. */
  stop(): void;
  [Symbol.dispose](): void;
}

/**
 * Records every trace that is made in this process, until `stop()`: of handlers and of `@Traced` methods called directly.
 *
 * Meanwhile nothing is exported, no endpoint is needed, and a provider that the program registered is left alone; the
 * program's own `spanProcessors` run as ever. Sampling works as configured.
 *
 * @example
 * ```ts
 * import { createHandler, Handler } from 'fc-traced';
 * import { expectTrace, invoke, recordTraces } from 'fc-traced/testing';
 * \@Handler({ name: 'hello' })
 * class Hello {
 *   handle(): string {
 *     return 'Hello';
 *   }
 * }
 * export async function test(): Promise<void> {
 *   const traces = recordTraces();
 *   await invoke(createHandler(Hello).handler, {});
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
      throw new FcTracedError(
        'TREE_MISMATCH',
        `Expected one trace, but ${found.length} were recorded${found.length === 0 ? ': was the invocation sampled, and awaited?' : `: ${found.map(({ roots }) => roots.map(({ span }) => span.name).join(' + ')).join(', ')}.`}`,
      );
    },
    last: () => {
      const found = traces().at(-1);
      if (found !== undefined) return found;
      throw new FcTracedError(
        'TREE_MISMATCH',
        'Expected a trace, but none was recorded: was the invocation sampled, and awaited?',
      );
    },
    clear: () => {
      recorded = [];
    },
    stop,
    [Symbol.dispose]: stop,
  };
}
