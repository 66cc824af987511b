import { LiveTimeout } from '../../src/export/delivery/live-timeout';

let now: number;
let expired: number | undefined;
beforeEach(() => {
  jest.useFakeTimers();
  now = 0;
  expired = undefined;
});
afterEach(() => jest.useRealTimers());

const start = (millis: number): LiveTimeout =>
  new LiveTimeout(
    millis,
    () => (expired = now),
    undefined,
    () => now,
  );
/** Lets time pass, in which timers fire on time. */
function run(millis: number): void {
  for (let passed = 0; passed < millis; passed += 1) {
    now += 1;
    jest.advanceTimersByTime(1);
  }
}
/** Freezes the process: the clock goes on, and timers fire once afterwards. */
function freeze(millis: number): void {
  now += millis;
}

test.each([1, 5, 49, 50, 51, 120, 400, 1_000, 10_000])('a timeout of %i ms expires on time', (millis) => {
  start(millis);
  run(millis + 60);
  expect(Math.abs(expired! - millis)).toBeLessThanOrEqual(2);
});

test.each([0, 1, 50, 99, 100, 101, 1_000, 3_600_000])(
  'a freeze that ends %i ms after the timeout does not count, and half a second remains',
  (after) => {
    start(1_000);
    run(400);
    freeze(600 + after);
    run(490);
    expect(expired).toBeUndefined();
    run(600);
    expect(expired).toBeDefined();
  },
);

test('a program that never yields for long has a timeout as well', () => {
  start(1_000);
  for (let turn = 0; turn < 100; turn += 1) {
    freeze(300);
    run(50);
  }
  expect(expired).toBeDefined();
});

test('what is cleared does not expire', () => {
  start(100).clear();
  run(500);
  expect(expired).toBeUndefined();
});
