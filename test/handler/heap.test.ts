import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';

// A process of its own: with a garbage collector that can be called, and without jest's own objects.
async function measure(scenario: string): Promise<number> {
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [
      '--expose-gc',
      '--min-semi-space-size=64',
      '--max-semi-space-size=64',
      path.join(__dirname, 'heap-scenarios.cjs'),
      scenario,
    ],
    { timeout: 25_000 },
  );
  return Number(stdout);
}

test('a million @Traced calls of an invocation that is not sampled allocate nothing', async () => {
  // A byte a call: a single object each would be 16 bytes or more.
  expect(await measure('unsampled')).toBeLessThan(1_000_000);
});

test('a million @Traced calls outside of any invocation, without an SDK, allocate nothing', async () => {
  expect(await measure('outside')).toBeLessThan(1_000_000);
});

test('5,000 warm, sampled and delivered invocations leave nothing behind', async () => {
  // Less than 100 bytes an invocation: one span kept would be over 1,000.
  expect(await measure('sampled')).toBeLessThan(500_000);
});
