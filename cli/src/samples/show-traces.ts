import type { SpanRecord } from 'fc-traced/testing';
import type { Cleanup } from '../cleanup';
import { paint, print } from '../terminal';
import { startCollector } from '../viewer/collector';
import type { Collector } from '../viewer/collector';
import type { BuiltFolders } from './built-functions';
import { Deployment } from './deployment';
import { expectedTraceFile, readExpectedTrace, writeExpectedTrace } from './expected-traces';
import { formatTree, isCompleteTrace, namesOf, renderCall, renderRun, renderSpans } from './render';
import type { RenderOptions } from './render';
import type { Sample, SampleRun } from './sample';

type Traces = readonly (readonly SpanRecord[])[];

const NEXT_STEPS = `samples/NAME/README.md explains these traces, which are also in samples/NAME/trace.
The name of a span is followed by its kind unless it is internal, its duration, ERROR if it failed, and attributes.
The spans from InvokeFunction to Invocation are FC's own; here an emulator creates them.
To send the traces to your own backend: npm run sample NAME -- --otlp http://127.0.0.1:4318/v1/traces`;

// How long to wait for spans that are still missing.
const TIMEOUT_MILLIS = 3000;

/** Waits for the traces of a run. They are incomplete when spans are missing after the timeout. */
export async function collectTraces(
  run: SampleRun,
  collector: Collector,
): Promise<{ traces: Traces; isComplete: boolean }> {
  const ids = run.calls.map(({ invocation }) => invocation.traceId);
  const tracesOf = (spans: readonly SpanRecord[]): Traces =>
    ids.map((id) => spans.filter((span) => span.traceId === id));
  const areComplete = (spans: readonly SpanRecord[]): boolean => tracesOf(spans).every(isCompleteTrace);
  await collector.waitFor(areComplete, TIMEOUT_MILLIS).catch(() => undefined);
  const spans = collector.spans();
  return { traces: tracesOf(spans), isComplete: areComplete(spans) };
}

/** Prints the traces of a run, each of several equal ones once. */
export function printTraces(traces: Traces, deployment: Deployment, options: RenderOptions): void {
  const rendered = traces.map((spans) => renderSpans(spans, { ...options, durations: false }));
  traces.forEach((spans, index) => {
    if (rendered.indexOf(rendered[index]!) !== index) return;
    const equal = rendered.filter((text) => text === rendered[index]).length - 1;
    print(paint('dim', `  trace  ${spans[0]?.traceId ?? 'none'}${equal > 0 ? `, and ${equal} equal ones` : ''}`));
    print(formatTree(deployment.applyReplacements(renderSpans(spans, options))));
  });
}

/** Compares the rendered traces of a run with the expected ones, and prints the expected ones when they differ. */
function isExpected(rendered: string, sample: Sample, run: SampleRun): boolean {
  const expected = readExpectedTrace(sample.name, run.name);
  if (expected === undefined || expected === rendered) return true;
  print(paint('red', `  the trace differs from the expected one in ${expectedTraceFile(sample.name, run.name)}:`));
  print(formatTree(expected), paint('dim', '  --write saves the new trace as the expected one'));
  return false;
}

/**
 * Runs a sample against a collector of its own and prints every trace. Resolves to whether all are complete and as
 * expected. With `write`, saves them as the expected ones instead. `built` has the functions that were built.
 */
export async function showTraces(
  sample: Sample,
  cleanup: Cleanup,
  write: boolean,
  built?: BuiltFolders,
): Promise<boolean> {
  const collector = await startCollector();
  cleanup.defer(() => collector.close());
  const log = (line: string): void => print(paint('dim', `  started  ${line}`));
  const deployment = new Deployment(sample.name, collector.otlpEndpoint, cleanup, log, built);
  deployment.log(`a trace collector on ${new URL(collector.url).host}`);
  let ok = true;
  for await (const run of sample.run(deployment)) {
    if (cleanup.started) break;
    print('', ...run.calls.map((call) => renderCall(run.title, call)));
    await deployment.delivered();
    const { traces, isComplete } = await collectTraces(run, collector);
    printTraces(traces, deployment, {
      attributes: sample.attributes,
      durations: true,
      linkedNames: namesOf(traces),
    });
    const rendered = deployment.applyReplacements(renderRun(traces, sample.attributes));
    if (!isComplete) print(paint('red', '  the trace is incomplete'));
    else if (write) writeExpectedTrace(sample.name, run.name, rendered);
    ok = isComplete && isExpected(rendered, sample, run) && ok;
  }
  print('');
  if (ok && !write && !cleanup.started) print(paint('dim', NEXT_STEPS.replaceAll('NAME', sample.name)), '');
  return ok;
}
