import { settledWithin, SharedFlush } from '../../src/tracing/telemetry/shared-flush';

let failures = 0;
const failed = (): void => void (failures += 1);
beforeEach(() => {
  failures = 0;
});

test('callers that come while a flush runs share the next one', async () => {
  const runs: (() => void)[] = [];
  const shared = new SharedFlush(() => new Promise<void>((resolve) => runs.push(resolve)), failed);
  const first = shared.flush(5_000);
  const others = Promise.all(Array.from({ length: 50 }, () => shared.flush(5_000)));
  runs[0]!();
  await first;
  await new Promise(setImmediate);
  expect(runs).toHaveLength(2);
  runs[1]!();
  await others;
  expect([runs.length, failures]).toEqual([2, 0]);
});

test('never are two flushes under way, whenever callers come', async () => {
  let running = 0;
  let most = 0;
  const shared = new SharedFlush(async () => {
    most = Math.max(most, (running += 1));
    await Promise.resolve();
    running -= 1;
  }, failed);
  // Callers in every microtask around the end of a flush.
  const flushes: Promise<void>[] = [];
  for (let tick = 0; tick < 500; tick += 1) {
    flushes.push(shared.flush(5_000));
    await Promise.resolve();
  }
  await Promise.all(flushes);
  expect(most).toBe(1);
});

test('a caller waits for a flush that began after its call', async () => {
  const begun: number[] = [];
  let ended = 0;
  const shared = new SharedFlush(async () => {
    begun.push(ended);
    await new Promise(setImmediate);
  }, failed);
  for (let index = 0; index < 50; index += 1) {
    ended = index;
    const flush = shared.flush(5_000);
    void shared.flush(5_000);
    await flush;
    expect(begun.some((seen) => seen >= index)).toBe(true);
  }
});

test.each([
  ['rejects', () => Promise.reject(new Error('no'))],
  [
    'throws',
    () => {
      throw new Error('no');
    },
  ],
])('a flush that %s is told, and its callers go on', async (_, work) => {
  await new SharedFlush(work, failed).flush(5_000);
  expect(failures).toBe(1);
});

test('a flush that hangs holds its callers no longer than they allow', async () => {
  let release!: () => void;
  const shared = new SharedFlush(() => new Promise<void>((resolve) => (release = resolve)), failed);
  const before = performance.now();
  await Promise.all([shared.flush(100), shared.flush(100)]);
  expect(performance.now() - before).toBeLessThan(1_000);
  release();
  await new Promise(setImmediate);
  release();
});

test('a flush that hangs for ten seconds is given up, and the next is let in', async () => {
  jest.useFakeTimers();
  let runs = 0;
  const shared = new SharedFlush(() => new Promise(() => void (runs += 1)), failed);
  const flushes = Promise.all([shared.flush(30_000), shared.flush(30_000)]);
  await jest.advanceTimersByTimeAsync(11_000);
  expect([runs, failures]).toEqual([2, 1]);
  await jest.advanceTimersByTimeAsync(20_000);
  await flushes;
  jest.useRealTimers();
});

test('a wait longer than a timer can hold is a long wait, not none', async () => {
  let resolve!: () => void;
  const work = new Promise<void>((done) => (resolve = done));
  const waits = [Number.POSITIVE_INFINITY, 2 ** 31, 1e12].map((millis) => settledWithin(work, millis));
  setTimeout(resolve, 30);
  expect(await Promise.all(waits)).toEqual([true, true, true]);
});
