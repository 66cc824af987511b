import { describeAnswer } from '../answer';
import { paint, paintTree, print } from '../terminal';
import type { SpanRecord } from 'fc-traced/testing';
import { startCollector } from '../viewer/collector';
import type { Collector } from '../viewer/collector';
import { drawRun, drawTrace, isWhole } from './render';
import type { Ending } from '../cleanup';
import { Stage } from './deployment';
import type { Run, Story } from './sample';
import { readTraceFile, writeTraceFile } from './expected-traces';

const HOW_TO_GO_ON = `These are the traces that samples/NAME/trace keeps; samples/NAME/README.md says what they show. Behind the name of a span: its kind, unless it is
internal, how long it took, ERROR where it failed, attributes. From InvokeFunction to Invocation the spans are FC's own, made here by an emulator.
To see them in a backend of yours: npm run sample NAME -- --otlp http://127.0.0.1:4318/v1/traces`;

async function tracesOf(run: Run, collector: Collector): Promise<SpanRecord[][]> {
  const ids = run.calls.map(({ invocation }) => invocation.traceId);
  const traces = (): SpanRecord[][] => ids.map((id) => collector.spans().filter((span) => span.traceId === id));
  // What is late makes the trace another one than it must be, which is told.
  await collector.waitFor(() => traces().every(isWhole), 3000).catch(() => undefined);
  return traces();
}

function printTraces(traces: readonly (readonly SpanRecord[])[], { attributes }: Story, stage: Stage): void {
  const drawn = traces.map((spans) => drawTrace(spans, attributes));
  traces.forEach((spans, index) => {
    if (drawn.indexOf(drawn[index]!) !== index) return;
    const alike = drawn.filter((text) => text === drawn[index]).length - 1;
    print(paint('dim', `  trace  ${spans[0]?.traceId ?? 'none'}${alike > 0 ? `, and ${alike} alike` : ''}`));
    print(paintTree(stage.shown(drawTrace(spans, attributes, true))).replaceAll(/^/gm, '  '));
  });
}

/** Says when a run's traces are not those that the sample keeps, or, with `write`, keeps them. */
function compare(
  run: Run,
  traces: readonly (readonly SpanRecord[])[],
  story: Story,
  stage: Stage,
  write: boolean,
): boolean {
  const drawn = stage.shown(drawRun(traces, story.attributes));
  const whole = traces.every(isWhole);
  if (!whole) print(paint('red', '  the trace did not arrive whole'));
  else if (write) writeTraceFile(story.name, run.name, drawn);
  const expected = readTraceFile(story.name, run.name);
  if (!whole || expected === undefined || expected === drawn) return whole;
  print(paint('red', `  this is not the trace in samples/${story.name}/trace/${run.name}.txt, which is`));
  print(paintTree(expected).replaceAll(/^/gm, '  '), paint('dim', '  --write takes the new one'));
  return false;
}

/** Plays a story against a collector of its own and draws every trace. False when one is not as the sample says. */
export async function show(story: Story, ending: Ending, write: boolean): Promise<boolean> {
  const collector = await startCollector();
  ending.defer(() => collector.close());
  const stage = new Stage(story.name, collector.otlpEndpoint, ending, (line) =>
    print(paint('dim', `  started  ${line}`)),
  );
  stage.say(`a collector of traces on ${new URL(collector.url).host}`);
  let asTold = true;
  for await (const run of story.play(stage)) {
    if (ending.begun) break;
    print('');
    for (const call of run.calls) print(describeAnswer({ ...call, title: run.title }));
    await stage.delivered();
    const traces = await tracesOf(run, collector);
    printTraces(traces, story, stage);
    asTold = compare(run, traces, story, stage, write) && asTold;
  }
  print('');
  if (asTold && !write && !ending.begun) print(paint('dim', HOW_TO_GO_ON.replaceAll('NAME', story.name)), '');
  return asTold;
}
