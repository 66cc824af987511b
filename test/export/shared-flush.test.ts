import { settledWithin, SharedFlush } from '../../src/tracing/telemetry/shared-flush';

let failures = 0;
const failed = (): void => void (failures += 1);
beforeEach(() => {
  failures = 0;
});

test('callers during a flush share the next one', async () => {
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

test('at most one flush runs at a time', async () => {
  let running = 0;
  let maxRunning = 0;
  const shared = new SharedFlush(async () => {
    maxRunning = Math.max(maxRunning, (running += 1));
    await Promise.resolve();
    running -= 1;
  }, failed);
  // Calls in every microtask around the end of a flush.
  const flushes: Promise<void>[] = [];
  for (let tick = 0; tick < 500; tick += 1) {
    flushes.push(shared.flush(5_000));
    await Promise.resolve();
  }
  await Promise.all(flushes);
  expect(maxRunning).toBe(1);
});

test('a caller waits for a flush that starts after its call', async () => {
  const started: number[] = [];
  let ended = 0;
  const shared = new SharedFlush(async () => {
    started.push(ended);
    await new Promise(setImmediate);
  }, failed);
  for (let index = 0; index < 50; index += 1) {
    ended = index;
    const flush = shared.flush(5_000);
    void shared.flush(5_000);
    await flush;
    expect(started.some((seen) => seen >= index)).toBe(true);
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
])('a flush that %s is counted, and its callers continue', async (_, work) => {
  await new SharedFlush(work, failed).flush(5_000);
  expect(failures).toBe(1);
});

test('a flush that does not finish delays its callers at most by their timeouts', async () => {
  let release!: () => void;
  const shared = new SharedFlush(() => new Promise<void>((resolve) => (release = resolve)), failed);
  const before = performance.now();
  await Promise.all([shared.flush(100), shared.flush(100)]);
  expect(performance.now() - before).toBeLessThan(1_000);
  release();
  await new Promise(setImmediate);
  release();
});

test('a flush that does not finish in ten seconds is abandoned, and the next one starts', async () => {
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

test('a timeout beyond the range of a timer does not end at once', async () => {
  let resolve!: () => void;
  const work = new Promise<void>((done) => (resolve = done));
  const waits = [Number.POSITIVE_INFINITY, 2 ** 31, 1e12].map((millis) => settledWithin(work, millis));
  setTimeout(resolve, 30);
  expect(await Promise.all(waits)).toEqual([true, true, true]);
});
