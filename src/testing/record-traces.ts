import { resolveConfig } from '../config/config';
import { FcTracedError } from '../errors';
import type { ReadableSpan } from '../export/sdk';
import { SdkTelemetry } from '../export/sdk-telemetry';
import { ensureContextManager } from '../tracing/context/active-context';
import { registerAmbientProvider } from '../tracing/context/ambient-telemetry';
import { state } from '../tracing/telemetry/state';
import type { Telemetry } from '../tracing/telemetry/telemetry';
import { invalidArgument } from './check-arguments';
import { sdkSpanRecord } from './sdk-span-record';
import { buildTraces } from './trace-tree';
import type { SpanRecord, Trace } from './trace-tree';

/** The telemetry outside of invocations from before the first recorder. */
let replaced: Telemetry | undefined;

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
  /** Prints the traces to the console, as trees. */
  print(): void;
  /** Discards all recorded spans. */
  clear(): void;
  /**
   * Stops this recorder; further calls do nothing. Recorders are independent, and can be stopped in any order. When the
   * last one is stopped, traces are exported as configured again.
   */
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
 * @throws FcTracedError `INVALID_TARGET` if an argument is passed
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
  if (arguments[0] !== undefined) {
    throw invalidArgument(
      'recordTraces takes no options: it records every trace, and sampling works as the handler is configured',
    );
  }
  let recorded: SpanRecord[] = [];
  const recorder = { onEnd: (span: unknown): void => void recorded.push(sdkSpanRecord(span as ReadableSpan)) };
  ensureContextManager();
  registerAmbientProvider();
  if (state.recorders.size === 0) {
    replaced = state.fallback;
    state.fallback = new SdkTelemetry({
      config: resolveConfig({}),
      endpoint: undefined,
      functionAttributes: {},
      recorders: state.recorders,
    });
  }
  state.recorders.add(recorder);

  const traces = (): Trace[] => buildTraces(recorded);
  const stop = (): void => {
    if (!state.recorders.delete(recorder) || state.recorders.size > 0) return;
    state.fallback = replaced;
    replaced = undefined;
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
    print: () => {
      const text = traces().map(String).join('\n\n');
      // oxlint-disable-next-line no-console -- the purpose of the method
      console.log(text === '' ? 'No traces were recorded.' : text);
    },
    clear: () => {
      recorded = [];
    },
    stop,
    [Symbol.dispose]: stop,
  };
}
