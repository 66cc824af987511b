import { context, trace } from '@opentelemetry/api';
import fc from 'fast-check';
import { createHandler, Handler, Traced } from 'fc-traced';
import type { FcFunction, KeepOptions } from 'fc-traced';
import { fakeFcContext, invoke, recordTraces } from 'fc-traced/testing';
import type { SpanNode } from 'fc-traced/testing';
import { runs } from '../soak';
import { expectSame } from './expect-same';

const PROGRAMS = runs({ short: 150, long: 10_000 });

/** A call of a random program. */
interface Call {
  /** How it is made, and by whom its span is started. */
  readonly kind: 'sync' | 'async' | 'library' | 'after the end of its parent';
  readonly outcome: 'returns' | 'throws' | 'throws and is caught';
  readonly children: readonly Call[];
}

class Program {
  constructor(private readonly late: Promise<unknown>[]) {}

  @Traced()
  sync(call: Call): void {
    this.late.push(this.all(call.children).catch(() => {}));
    if (call.outcome !== 'returns') throw new RangeError('failed');
  }

  @Traced()
  async async(call: Call): Promise<void> {
    await this.all(call.children);
    if (call.outcome !== 'returns') throw new RangeError('failed');
  }

  async all(calls: readonly Call[]): Promise<void> {
    for (const call of calls) await this.make(call);
  }

  private async make(call: Call): Promise<void> {
    try {
      if (call.kind === 'sync') this.sync(call);
      else if (call.kind === 'async') await this.async(call);
      else if (call.kind === 'library') trace.getTracer('library').startActiveSpan('library', (span) => span.end());
      else {
        const active = context.active();
        this.late.push(
          new Promise((resolve) => setImmediate(resolve))
            .then(() => context.with(active, () => this.sync(call)))
            .catch(() => {}),
        );
      }
    } catch (error) {
      if (call.outcome === 'throws') throw error;
    }
  }
}

const call: fc.Memo<Call> = fc.memo((depth) =>
  fc.record({
    kind: fc.constantFrom<Call['kind'][]>('sync', 'async', 'library', 'after the end of its parent'),
    outcome: fc.constantFrom<Call['outcome'][]>('returns', 'returns', 'returns', 'throws and is caught', 'throws'),
    children: depth <= 1 ? fc.constant([]) : fc.array(call(depth - 1), { maxLength: 3 }),
  }),
);

interface Scenario {
  readonly calls: readonly Call[];
  /** The sampled flag of the caller, if there is one. */
  readonly flag: 0 | 1 | undefined;
  readonly ratio: 0 | 1;
  readonly keep: KeepOptions | undefined;
  readonly isWhenTrue: boolean;
}

const scenario: fc.Arbitrary<Scenario> = fc.record({
  calls: fc.array(call(3), { maxLength: 3 }),
  flag: fc.constantFrom<(0 | 1 | undefined)[]>(0, 1, undefined),
  ratio: fc.constantFrom<(0 | 1)[]>(0, 0, 1),
  keep: fc.option(
    fc.record(
      {
        errors: fc.boolean(),
        slowerThanMillis: fc.constantFrom(0, 60_000),
        when: fc.constant(() => false),
        overrideCaller: fc.boolean(),
      },
      { requiredKeys: [] },
    ),
    { nil: undefined },
  ),
  isWhenTrue: fc.boolean(),
});

const traces = recordTraces();
afterAll(() => traces.stop());

/** What an invocation leaves: how it settled, and its spans as trees, without ids, times and the mark of kept traces. */
interface Outcome {
  readonly settled: string;
  readonly trees: readonly unknown[];
  readonly hasError: boolean;
  readonly kept: unknown;
}

function plain({ span, children }: SpanNode): unknown {
  const { 'fc_traced.kept': _, 'faas.invocation_id': __, 'faas.coldstart': ___, ...attributes } = span.attributes;
  const events = span.events.map(({ name }) => name);
  // Late spans start at whole milliseconds, so the order of siblings is not that of their starts.
  const sorted = children.map(plain).sort((one, other) => (JSON.stringify(one) < JSON.stringify(other) ? -1 : 1));
  return [span.name, span.kind, span.status, attributes, events, sorted];
}

let current: Scenario;
let late: Promise<unknown>[] = [];

@Handler({ name: 'main' })
class Main {
  async handle(): Promise<string> {
    await new Program(late).all(current.calls);
    return 'done';
  }
}

/** Each handler sets up an SDK, so there is one for each set of options. */
const handlers = new Map<string, FcFunction>();

function handlerWith(ratio: number, keep: KeepOptions | undefined): FcFunction {
  const key = JSON.stringify([ratio, keep, keep?.when !== undefined]);
  const rules = keep?.when === undefined ? keep : { ...keep, when: () => current.isWhenTrue };
  const handler =
    handlers.get(key) ?? createHandler(Main, { sampleRatio: ratio, ...(rules && { keep: rules }) }).handler;
  handlers.set(key, handler);
  return handler;
}

async function run(given: Scenario): Promise<Outcome> {
  const { flag, ratio, keep } = given;
  current = given;
  late = [];
  const tracing = flag === undefined ? {} : { tracing: { openTracingSpanContext: `1:1:0:${flag}` } };
  const settled = await invoke(handlerWith(ratio, keep), {}, fakeFcContext(tracing)).catch(String);
  // A late call may make further ones.
  while (late.length > 0) await late.pop();
  const all = traces.traces();
  const spans = traces.spans();
  traces.clear();
  return {
    settled: String(settled),
    trees: all.flatMap(({ roots }) => roots.map(plain)),
    // Of the spans that ended before the decision.
    hasError: spans
      .slice(0, spans.findIndex(({ name }) => name === 'main') + 1)
      .some(({ status }) => status.code === 'ERROR'),
    kept: spans.find(({ name }) => name === 'main')?.attributes['fc_traced.kept'],
  };
}

test(`${PROGRAMS} random invocations: recorded exactly by the rules, and then with the same spans as a sampled one`, async () => {
  const seen = { recorded: 0, kept: 0, dropped: 0 };
  await fc.assert(
    fc.asyncProperty(scenario, async (given) => {
      const { keep: rules, isWhenTrue, flag, ratio } = given;
      const reference = await run({ ...given, flag: flag === undefined ? undefined : 1, ratio: 1, keep: undefined });
      const outcome = await run(given);
      const isSampled = flag === undefined ? ratio === 1 : flag === 1;
      const applies = rules !== undefined && (flag === undefined || rules.overrideCaller === true);
      const reason =
        isSampled || !applies
          ? undefined
          : rules.errors === true && reference.hasError
            ? 'error'
            : rules.slowerThanMillis === 0
              ? 'slow'
              : rules.when !== undefined && isWhenTrue
                ? 'when'
                : undefined;
      expectSame(outcome.settled, reference.settled);
      expectSame(outcome.kept, reason);
      expectSame(outcome.trees, isSampled || reason !== undefined ? reference.trees : []);
      if (isSampled) seen.recorded += 1;
      else if (reason !== undefined) seen.kept += 1;
      else if (applies) seen.dropped += 1;
    }),
    { numRuns: PROGRAMS },
  );
  // A 14th of the programs is dropped: of few programs, it is only certain that there are some.
  const least = PROGRAMS < 1_000 ? 0 : PROGRAMS / 20;
  for (const count of Object.values(seen)) expect(count).toBeGreaterThan(least);
});
