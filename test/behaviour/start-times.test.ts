import { createHandler } from 'fc-traced';
import { invoke, recordTraces } from 'fc-traced/testing';

const traces = recordTraces();
afterEach(() => traces.clear());
afterAll(() => traces.stop());

class Clock {
  handle(): void {}
}
const { handler } = createHandler(Clock);

async function fractions(): Promise<bigint[]> {
  for (let run = 0; run < 20; run += 1) await invoke(handler);
  return traces.spans().map(({ startNanos }) => startNanos % 1_000_000n);
}

test('the start of an invocation has fractions of a millisecond', async () => {
  expect((await fractions()).some((fraction) => fraction > 0n)).toBe(true);
});

test('after an adjustment of the system clock, the start is that of the system clock', async () => {
  const now = jest.spyOn(Date, 'now').mockReturnValue(1_700_000_000_123);
  const all = await fractions();
  now.mockRestore();
  expect(new Set(all)).toEqual(new Set([0n]));
  expect(traces.spans()[0]!.startNanos).toBe(1_700_000_000_123_000_000n);
});
