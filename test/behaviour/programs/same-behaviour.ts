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

const nothing = (): void => {};

const attributesOfActive = (): Record<string, unknown> =>
  (trace.getActiveSpan() as unknown as { attributes: Record<string, unknown> }).attributes;
const tracing: Tracing = {
  mark(id) {
    // Where no option has marked the span already it must be one that nobody has marked, and not the invocation's.
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

/** Methods whose body runs at once mark their span themselves: so both ways of starting a span are taken. */
const tracedMethod = (kind: string): ReturnType<typeof Traced> =>
  ['sync', 'promise', 'async'].includes(kind) ? Traced() : Traced({ attributes: ({ id }: Call) => ({ call: id }) });

const Plain = machineWith(() => nothing);
const Followed = machineWith(tracedMethod);

async function plainly(root: Call): Promise<Run> {
  const run = new Run();
  await new Plain(run).execute(root);
  return run;
}

async function traced(root: Call): Promise<Run> {
  const run = new Run(tracing);
  next = () => new Followed(run).execute(root);
  await invoke(handler);
  return run;
}

const eventsOf: Record<Outcome, readonly string[]> = {
  returned: [],
  threw: [],
  cancelled: ['fc_traced.cancelled'],
  open: ['fc_traced.abandoned'],
};

/** Each call has one span that has ended, below the span of its caller, and says how the call went. */
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
    // A pause of the machine can make any extractor slow, which the span then tells as a problem.
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

/** An error is recorded once, where it was thrown. */
function expectErrorsOnce(run: Run, spans: readonly SpanRecord[], lingering: ReadonlySet<number>): void {
  const recorded = spans.flatMap(({ events, attributes }) =>
    events
      .filter(({ name }) => name === 'exception')
      .map((event) => ({ message: event.attributes['exception.message'] as string, call: attributes.call })),
  );
  for (const [message, call] of run.throwers) {
    const at = recorded.filter((exception) => exception.message === message).map((exception) => exception.call);
    // A generator that yields while an error leaves it may be left, so that the error never comes out.
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
 * Runs that many programs, each once untraced and once traced inside an invocation. `takeSpans` gives the spans that ended since it was
 * last asked.
 */
export async function expectSameBehaviour(count: number, takeSpans: () => readonly SpanRecord[]): Promise<void> {
  const seen = { calls: 0, threw: 0, cancelled: 0, open: 0 };
  takeSpans();
  const property = fc.asyncProperty(programs, async (root) => {
    const [plain, run] = [await plainly(root), await traced(root)];
    const spans = takeSpans();
    expectSame(run.logs, plain.logs);
    expectWellFormed(run, spans);
    expectErrorsOnce(run, spans, lingeringIn(root));
    seen.calls += run.callers.size;
    for (const outcome of run.outcomes.values()) if (outcome !== 'returned') seen[outcome] += 1;
  });
  await fc.assert(property, { numRuns: count });
  // Something of each was seen: what holds is said of something.
  for (const number of Object.values(seen)) expect(number).toBeGreaterThan(count / 20);
}
