import { trace } from '@opentelemetry/api';
import fc from 'fast-check';
import { createHandler, currentSpan, Handler, Traced } from 'fc-traced';
import { invoke } from 'fc-traced/testing';
import type { SpanRecord } from 'fc-traced/testing';
import { expectSame } from '../expect-same';
import { machineWith } from './machine';
import { isForward, programs } from './program';
import type { Call } from './program';
import { Run } from './run';
import type { Outcome, Tracing } from './run';

const noop = (): void => {};

const attributesOfActive = (): Record<string, unknown> =>
  (trace.getActiveSpan() as unknown as { attributes: Record<string, unknown> }).attributes;
const tracing: Tracing = {
  mark(id) {
    // A span that an option has marked, or the invocation span, must not be marked again.
    if (attributesOfActive().call === undefined && attributesOfActive()['faas.trigger'] === undefined) {
      currentSpan().setAttribute('call', id);
    }
  },
  activeCall: () => (attributesOfActive().call as number | undefined) ?? 0,
};

let next: () => Promise<void>;
@Handler({ name: 'program', coldStartSpans: false })
class Programs {
  handle(): Promise<void> {
    return next();
  }
}
const { handler } = createHandler(Programs);

/** Methods whose body runs immediately mark their span themselves, so that both ways to start a span are tested. */
const tracedMethod = (kind: string): ReturnType<typeof Traced> =>
  ['sync', 'promise', 'async'].includes(kind) ? Traced() : Traced({ attributes: ({ id }: Call) => ({ call: id }) });

const Plain = machineWith(() => noop);
const TracedProgram = machineWith(tracedMethod);

async function runUntraced(root: Call): Promise<Run> {
  const run = new Run();
  await new Plain(run).execute(root);
  return run;
}

async function runTraced(root: Call): Promise<Run> {
  const run = new Run(tracing);
  next = () => new TracedProgram(run).execute(root);
  await invoke(handler);
  return run;
}

const eventsOf: Record<Outcome, readonly string[]> = {
  returned: [],
  threw: [],
  cancelled: ['fc_traced.cancelled'],
  open: ['fc_traced.abandoned'],
};

/** Expects that each call has one ended span, which is a child of its caller's span and shows how the call ended. */
function expectWellFormed(run: Run, spans: readonly SpanRecord[]): void {
  const callOf = (span: SpanRecord): number => (span.attributes.call as number | undefined) ?? 0;
  const byId = new Map(spans.map((span) => [span.spanId, span]));
  const callers = Object.fromEntries(
    spans
      .filter((span) => span.parentSpanId !== undefined)
      .map((span) => [callOf(span), callOf(byId.get(span.parentSpanId!)!)]),
  );
  expectSame(callers, Object.fromEntries(run.callers));
  expectSame([spans.length, new Set(spans.map(({ traceId }) => traceId)).size], [run.callers.size + 1, 1]);
  const wrong = spans.filter((span) => {
    const parent = byId.get(span.parentSpanId ?? '');
    const outcome = run.outcomes.get(callOf(span)) ?? 'returned';
    // On a busy machine any extractor can be slow, which is a problem event on the span.
    const notes = span.events
      .map(({ name }) => name)
      .filter((name) => name !== 'exception' && name !== 'fc_traced.problem');
    const isTimed = span.endNanos >= span.startNanos && (parent === undefined || span.startNanos >= parent.startNanos);
    return (
      !isTimed ||
      span.status.code !== (outcome === 'threw' ? 'ERROR' : 'UNSET') ||
      notes.join() !== eventsOf[outcome].join()
    );
  });
  expectSame(
    wrong.map((span) => ({
      call: callOf(span),
      outcome: run.outcomes.get(callOf(span)),
      status: span.status,
      events: span.events.map(({ name }) => name),
    })),
    [],
  );
}

/** Expects that an error is recorded once, on the span of the call that threw it. */
function expectErrorsOnce(run: Run, spans: readonly SpanRecord[], lingering: ReadonlySet<number>): void {
  const recorded = spans.flatMap(({ events, attributes }) =>
    events
      .filter(({ name }) => name === 'exception')
      .map((event) => ({ message: event.attributes['exception.message'] as string, call: attributes.call })),
  );
  for (const [message, call] of run.throwers) {
    const at = recorded.filter((exception) => exception.message === message).map((exception) => exception.call);
    // A generator that yields in its `finally` block may be abandoned there, so that its error is never thrown.
    if (!(lingering.has(call) && at.length === 0)) expectSame([message, ...at], [message, call]);
  }
}

function lingeringIn(root: Call): Set<number> {
  const found = new Set<number>();
  const look = (call: Call): void => {
    if (call.lingers) found.add(call.id);
    if (isForward(call)) look(call.inner);
    for (const step of call.body) {
      if ('call' in step) look(step.call);
      if ('calls' in step) step.calls.forEach(look);
    }
  };
  look(root);
  return found;
}

/**
 * Runs `count` programs, each once untraced and once traced inside an invocation. `takeSpans` returns the spans that
 * ended since it was last called.
 */
export async function expectSameBehaviour(count: number, takeSpans: () => readonly SpanRecord[]): Promise<void> {
  const seen = { calls: 0, threw: 0, cancelled: 0, open: 0 };
  takeSpans();
  const property = fc.asyncProperty(programs, async (root) => {
    const [plain, run] = [await runUntraced(root), await runTraced(root)];
    const spans = takeSpans();
    expectSame(run.logs, plain.logs);
    expectWellFormed(run, spans);
    expectErrorsOnce(run, spans, lingeringIn(root));
    seen.calls += run.callers.size;
    for (const outcome of run.outcomes.values()) if (outcome !== 'returned') seen[outcome] += 1;
  });
  await fc.assert(property, { numRuns: count });
  // Each outcome occurred often enough for the properties to be meaningful.
  for (const number of Object.values(seen)) expect(number).toBeGreaterThan(count / 20);
}
