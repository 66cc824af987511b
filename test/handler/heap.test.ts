import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { runs } from '../soak';

const CALLS = runs({ short: 1_000, long: 2_000 });

// A new process, with a callable garbage collector and without the objects of Jest.
async function measure(...scenario: string[]): Promise<number> {
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [
      '--expose-gc',
      '--min-semi-space-size=64',
      '--max-semi-space-size=64',
      path.join(__dirname, 'heap-scenarios.cjs'),
      ...scenario,
    ],
    { timeout: 60_000 },
  );
  return Number(stdout);
}

test('a million @Traced calls in an invocation that is not sampled allocate nothing', async () => {
  // Less than one byte per call: one object per call would take at least 16.
  expect(await measure('unsampled')).toBeLessThan(1_000_000);
});

test('a million @Traced calls outside of invocations, without an SDK, allocate nothing', async () => {
  expect(await measure('outside')).toBeLessThan(1_000_000);
});

test(`${CALLS} warm, sampled and exported invocations keep no memory, in the median of 5 rounds`, async () => {
  // Less than 100 bytes per invocation: a single span that is kept would take over 1,000.
  expect(await measure('sampled', String(CALLS))).toBeLessThan(100 * CALLS);
}, 65_000);
