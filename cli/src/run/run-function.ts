import type { Cleanup } from '../cleanup';
import { ExitCode } from '../command';
import { startHttpTrigger } from '../emulator/http-trigger';
import type { HttpTrigger, TriggerTarget } from '../emulator/http-trigger';
import { emulateFunction } from '../functions/emulated-function';
import type { EmulatedFunction } from '../functions/emulated-function';
import type { FunctionSpec } from '../functions/function-spec';
import { triggerNameOf } from '../functions/trigger-types';
import type { OptionValues } from '../options';
import { keepViewer } from '../traces/keep-viewer';
import { printError } from '../terminal';
import { isPlatformSpan, ReceivedTraces } from '../traces/received-traces';
import { UsageError } from '../usage-error';
import type { ViewerSpan } from '../viewer/model/span';
import { callOnce, forEachNumber } from './call';
import type { Call, CallInput } from './call';
import { CallLogs } from './call-logs';
import { eventOf, readEvent } from './event-source';
import { printerOf } from './print-calls';

/** The options of `run`. */
export type RunValues = Pick<
  OptionValues,
  | 'event'
  | 'trigger'
  | 'http'
  | 'repeat'
  | 'concurrency'
  | 'traceparent'
  | 'sample'
  | 'no-tracing'
  | 'format'
  | 'stay'
  | 'open'
>;

// How long spans that missed the freeze are waited for, once the instance runs again: the batch processor of
// OpenTelemetry's SDK exports every five seconds.
const LATE_SPANS_MILLIS = 6000;
const MAX_HELD_CALLS = 100;

function inputOf(spec: FunctionSpec, values: RunValues): CallInput {
  const { event, trigger, http, traceparent } = values;
  if (trigger !== undefined && http !== undefined) {
    throw new UsageError('--trigger and --http exclude each other: --http calls through an HTTP trigger');
  }
  // By default, a function is called as its trigger of s.yaml calls it.
  const own = event === undefined && trigger === undefined && http === undefined ? spec.triggers[0] : undefined;
  if (own?.type === 'http') return { event: Buffer.alloc(0), http: { method: 'GET', path: '/' }, traceparent };
  const name = trigger ?? (own && triggerNameOf(own));
  return { event: eventOf(name, readEvent(event)), http, traceparent };
}

async function triggerFor(target: EmulatedFunction, cleanup: Cleanup): Promise<HttpTrigger> {
  const { http } = target;
  const triggered: TriggerTarget = http === undefined ? target : { http };
  const trigger = await startHttpTrigger(triggered);
  cleanup.defer(() => trigger.close());
  return trigger;
}

const hasOwnSpans = (spans: readonly ViewerSpan[]): boolean => spans.some((span) => !isPlatformSpan(span));

/** Whether the spans of a call have not arrived although its program uses OpenTelemetry. */
function lacksSpans({ traceId, usesOpenTelemetry, sampled }: Call['result'], traces: ReceivedTraces): boolean {
  if (traceId === undefined || sampled !== true || usesOpenTelemetry !== true) return false;
  return !hasOwnSpans(traces.spansOf(traceId));
}

/**
 * Lets an instance go on whose spans have not arrived although its program uses OpenTelemetry: they missed the freeze,
 * and in the cloud they would arrive with the next call, or never.
 */
async function waitForLateSpans(target: EmulatedFunction, traces: ReceivedTraces, { result }: Call): Promise<void> {
  const { traceId } = result;
  if (traceId === undefined || !lacksSpans(result, traces)) return;
  printError('the spans of the function missed the freeze; waiting for them as if it had been called again');
  await target.thaw();
  await traces.waitFor(() => hasOwnSpans(traces.spansOf(traceId)), LATE_SPANS_MILLIS);
}

/** Calls a function as the options say, and prints its answers, logs and traces. Resolves to an exit code. */
export async function runFunction(spec: FunctionSpec, values: RunValues, cleanup: Cleanup): Promise<number> {
  const input = inputOf(spec, values);
  const traces = await ReceivedTraces.start();
  cleanup.defer(() => traces.close());
  const logs = new CallLogs();
  const { sample, repeat, concurrency } = values;
  const tracing = {
    endpoint: traces.endpoint,
    sampled: () => Math.random() * 100 < sample,
    onSpans: traces.addPlatformSpans,
  };
  const target = emulateFunction(spec, {
    tracing: values['no-tracing'] ? undefined : tracing,
    onLog: (line) => {
      logs.add(line);
      traces.addLogLine(line, spec.name);
    },
    onThaw: traces.thawed,
  });
  cleanup.defer((immediately) => (immediately ? target.kill() : target.stop()));
  for (const note of target.notes) printError(`note: ${note}`);
  const trigger = input.http === undefined ? undefined : await triggerFor(target, cleanup);
  const printer = printerOf(values.format, repeat);
  const spansOf = (traceId: string | undefined) => (traceId === undefined ? [] : traces.spansOf(traceId));
  let ok = true;
  // A call is printed after the next one at the earliest, whose thaw shows the spans that missed the freeze.
  const held: Call[] = [];
  const release = (kept: number, isLast = false): void => {
    while (held.length > kept && !cleanup.started) {
      const [{ result }] = held as [Call];
      if (!isLast && held.length <= MAX_HELD_CALLS && lacksSpans(result, traces)) return;
      const lines = logs.take(result.requestId);
      printer.call({ ...held.shift()!, logs: lines, spans: spansOf(result.traceId) });
    }
  };
  await forEachNumber(
    repeat,
    concurrency,
    async (number) => {
      const result = await callOnce(target, trigger, input);
      ok &&= result.ok;
      held.push({ number, result });
      release(1);
    },
    () => cleanup.started,
  );
  if (cleanup.started) return ExitCode.Failed;
  await target.delivered();
  const last = held.at(-1);
  if (last !== undefined) await waitForLateSpans(target, traces, last);
  await target.preStop();
  release(0, true);
  printer.end();
  await keepViewer(traces.viewer, values, cleanup);
  return ok ? ExitCode.Ok : ExitCode.Failed;
}
