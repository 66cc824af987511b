import { trace } from '@opentelemetry/api';
import {
  AlwaysOnSampler,
  BasicTracerProvider,
  InMemorySpanExporter,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base';
import { createHandler, Handler, Traced } from 'fc-traced';
import { fakeFcContext, invoke, recordTraces } from 'fc-traced/testing';
import type { SpanRecord, TraceRecorder } from 'fc-traced/testing';

/** Called in the context of `charge`, which hangs until the function that it gets is called. */
type Interrupt = (resume: () => void) => void;

@Handler({ name: 'payments' })
class Payments {
  async handle({ id }: { id: string }): Promise<string> {
    await this.charge(id);
    return `paid ${id}`;
  }

  @Traced({ attributes: (id: string) => ({ id }) })
  charge(id: string): Promise<void> {
    return new Promise((resolve) => setImmediate(() => interrupts.get(id)!(resolve)));
  }
}

const interrupts = new Map<string, Interrupt>();
const { handler } = createHandler(Payments);
const context = (): ReturnType<typeof fakeFcContext> =>
  fakeFcContext({ tracing: { openTracingSpanContext: '124ed43254b54966:124ed43254b54966:0:1' } });

/** Runs a call that is interrupted. Jest's `process` is a copy, so its events are those of the test only. */
function run(interrupt: Interrupt, id = 'a'): Promise<unknown> {
  interrupts.set(id, interrupt);
  return invoke(handler, { id }, context());
}

let traces: TraceRecorder;
beforeEach(() => {
  traces = recordTraces();
});
afterEach(() => traces.stop());

const snapshots = (): SpanRecord[] => traces.spans().filter(({ name }) => name.endsWith('(still open)'));
/** On a busy machine, a function of attributes can be reported as slow, which is not the subject here. */
const eventsOf = ({ events }: SpanRecord): string[] =>
  events.map(({ name }) => name).filter((name) => name !== 'fc_traced.problem');
const summary = (spans: readonly SpanRecord[]): string[] =>
  spans.map((span) => [span.name, span.status.code, ...eventsOf(span)].join(' ')).sort();
const crash = (error: unknown): unknown =>
  Reflect.apply(process.emit, process, ['uncaughtExceptionMonitor', error, 'uncaughtException']);

test('an uncaught error is recorded in the call that threw it, and other calls of the process are cut off without it', async () => {
  let other: Promise<unknown> | undefined;
  const resumeOther = await new Promise<() => void>((resolve) => {
    other = run(resolve, 'b');
  });
  await run((resume) => {
    crash(new TypeError('lost'));
    resume();
    resumeOther();
  });
  await other;
  const failing = traces.spans().filter(({ attributes, status }) => attributes.id === 'a' || status.code === 'ERROR');
  expect(summary(failing)).toEqual([
    'Payments.charge (still open) UNSET exception',
    'Payments.charge ERROR exception fc_traced.abandoned',
    'payments ERROR fc_traced.abandoned',
  ]);
  const others = traces.spans().filter(({ attributes }) => attributes.id === 'b');
  expect(summary(others)).toEqual(['Payments.charge (still open) UNSET', 'Payments.charge UNSET fc_traced.abandoned']);
});

test('an error that is handled ends no spans, and is recorded once', async () => {
  const listener = (): void => {};
  process.on('uncaughtException', listener);
  await run((resume) => {
    crash(new Error('first'));
    crash(new Error('second'));
    resume();
  });
  process.off('uncaughtException', listener);
  expect(summary(traces.spans())).toEqual([
    'Payments.charge (still open) UNSET exception',
    'Payments.charge UNSET',
    'payments (still open) UNSET',
    'payments UNSET',
  ]);
});

test('a value of any type can be thrown', async () => {
  for (const thrown of [undefined, null, 'text', Object.create(null), new Proxy({}, { get: () => crash })]) {
    traces.clear();
    await run((resume) => {
      crash(thrown);
      resume();
    });
    expect(traces.spans()).toHaveLength(4);
  }
});

test('at SIGTERM the signal is sent again after the export, if the program has no listener', async () => {
  const kill = jest.spyOn(process, 'kill').mockReturnValue(true);
  await run((resume) => {
    process.emit('SIGTERM');
    expect(snapshots()).toHaveLength(2);
    resume();
  });
  expect(kill.mock.calls).toEqual([[process.pid, 'SIGTERM']]);
  kill.mockRestore();
});

test('at SIGTERM a listener of the program runs, and the call goes on', async () => {
  const kill = jest.spyOn(process, 'kill').mockReturnValue(true);
  const seen: number[] = [];
  const listener = (): void => void seen.push(process.listenerCount('SIGTERM'));
  process.on('SIGTERM', listener);
  const answer = await run((resume) => {
    process.emit('SIGTERM');
    setImmediate(resume);
  });
  process.off('SIGTERM', listener);
  expect([answer, seen, kill.mock.calls]).toEqual(['paid a', [1], []]);
  expect(summary(traces.spans())).toEqual([
    'Payments.charge (still open) UNSET',
    'Payments.charge UNSET',
    'payments (still open) UNSET',
    'payments UNSET',
  ]);
  kill.mockRestore();
});

test('many calls at once have one listener for each event, and the newest 256 of them are watched', async () => {
  const counts = (): number[] =>
    ['SIGTERM', 'exit', 'uncaughtExceptionMonitor'].map((name) => process.listenerCount(name));
  const before = counts();
  const resumes: (() => void)[] = [];
  const calls = Array.from({ length: 300 }, (_, index) => run((resume) => void resumes.push(resume), `${index}`));
  while (resumes.length < calls.length) await new Promise((resolve) => setImmediate(resolve));
  expect(counts()).toEqual(before.map((count) => count + 1));
  process.emit('exit', 0);
  expect(snapshots()).toHaveLength(2 * 256);
  resumes.forEach((resume) => resume());
  await Promise.all(calls);
  expect(counts()).toEqual(before);
});

test('with a tracer provider of the application, the snapshots are spans of that provider', async () => {
  traces.stop();
  const exporter = new InMemorySpanExporter();
  const provider = new BasicTracerProvider({
    sampler: new AlwaysOnSampler(),
    spanProcessors: [new SimpleSpanProcessor(exporter)],
  });
  trace.disable();
  trace.setGlobalTracerProvider(provider);
  await run((resume) => {
    process.emit('exit', 0);
    resume();
  });
  trace.disable();
  const spans = exporter.getFinishedSpans();
  expect(spans.map(({ name }) => name).sort()).toEqual([
    'Payments.charge',
    'Payments.charge (still open)',
    'payments',
    'payments (still open)',
  ]);
  const [open, real] = ['payments (still open)', 'payments'].map((name) => spans.find((span) => span.name === name)!);
  expect(open!.parentSpanContext).toEqual(real!.parentSpanContext);
});

test('a span processor that throws changes nothing', async () => {
  traces.stop();
  const onEnd = (): never => {
    throw new Error('processor');
  };
  const processor = { onStart: onEnd, onEnd, forceFlush: onEnd, shutdown: async () => {} };
  interrupts.set('a', (resume) => {
    process.emit('exit', 0);
    resume();
  });
  const { handler: broken } = createHandler(Payments, { spanProcessors: [processor as never] });
  expect(await invoke(broken, { id: 'a' }, context())).toBe('paid a');
});
