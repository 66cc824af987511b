import { createHandler, Handler, Traced } from 'fc-traced';
import type { KeepOptions } from 'fc-traced';
import { fakeFcContext, invoke, recordTraces } from 'fc-traced/testing';

const traces = recordTraces();
afterEach(() => traces.clear());
afterAll(() => traces.stop());

let answer!: () => void;

@Handler({ name: 'orders' })
class Orders {
  handle(): Promise<void> {
    return this.pay();
  }

  @Traced()
  pay(): Promise<void> {
    return new Promise((resolve) => {
      answer = resolve;
    });
  }
}

function keptAs({ 'fc_traced.kept': reason }: Readonly<Record<string, unknown>>): string {
  return typeof reason === 'string' ? reason : '';
}

/** Calls a method that answers only after the deadline has become imminent. Returns the names of the recorded spans. */
async function namesOf(keep: KeepOptions): Promise<string[]> {
  const { handler } = createHandler(Orders, { sampleRatio: 0, keep, deadlineMarginMillis: 200 });
  const call = invoke(handler, {}, fakeFcContext({ function: { timeout: 0.4 } }));
  // The timer of the deadline was started before this one.
  await new Promise((resolve) => setTimeout(resolve, 210));
  answer();
  await call;
  return traces.spans().map(({ name, attributes }) => `${name} ${keptAs(attributes)}`.trim());
}

test('an invocation that is cut off counts as an error: its trace is kept, with snapshots', async () => {
  expect(await namesOf({ errors: true })).toEqual([
    'Orders.pay (still open)',
    'orders (still open) timeout',
    'Orders.pay',
    'orders timeout',
  ]);
});

test('without a rule that applies, an invocation that is cut off is not exported', async () => {
  expect(await namesOf({ slowerThanMillis: 60_000, when: () => false })).toEqual([]);
});
