import { Cleanup } from '../../src/cleanup';
import { DevFunction } from '../../src/dev/dev-function';
import { startTimers, timerEvent } from '../../src/dev/timers';
import { isIgnored } from '../../src/dev/watch-code';
import type { FunctionSpec, TriggerSpec } from '../../src/functions/function-spec';

const timer = (cronExpression: string, enable = true): TriggerSpec => ({
  name: 'nightly',
  type: 'timer',
  config: { cronExpression, enable, payload: 'clean' },
});

/** A function with timers, and the events that it is called with. */
function functionWith(...triggers: TriggerSpec[]): { target: DevFunction; events: unknown[] } {
  const events: unknown[] = [];
  const target = new DevFunction({ name: 'f', triggers } as unknown as FunctionSpec, {
    create: () => {
      throw new Error('not started');
    },
    onCall: () => undefined,
    onError: () => events.push('called'),
  });
  return { target, events };
}

let cleanup: Cleanup;
beforeEach(() => {
  jest.useFakeTimers({ now: new Date('2026-11-02T23:59:58.500Z') });
  cleanup = new Cleanup();
});
afterEach(async () => {
  await cleanup.run();
  jest.useRealTimers();
});

test.each([
  ['0 0 0 * * *', 2_000],
  ['@every 5m', 300_000],
  ['@every 1h', 3_600_000],
  ['CRON_TZ=Asia/Shanghai 0 0 8 * * *', 2_000],
])('the timer %s calls the function at its time, in UTC by default', async (expression, millis) => {
  const { target, events } = functionWith(timer(expression));
  expect(startTimers(target, cleanup)).toEqual([]);
  await jest.advanceTimersByTimeAsync(millis - 1_000);
  expect(events).toEqual([]);
  await jest.advanceTimersByTimeAsync(1_000);
  expect(events).toEqual(['called']);
});

test('a timer that is not enabled does not fire, and a wrong expression is reported', async () => {
  const { target, events } = functionWith(timer('0 0 0 * * *', false), timer('every day'));
  expect(startTimers(target, cleanup)).toEqual([
    expect.stringMatching(/^f: the timer nightly has a wrong cronExpression/),
  ]);
  await jest.advanceTimersByTimeAsync(10_000);
  expect(events).toEqual([]);
});

test('the event of a timer has its name, its payload and the time', () => {
  expect(timerEvent(timer(''))).toEqual({
    triggerTime: '2026-11-02T23:59:58Z',
    triggerName: 'nightly',
    payload: 'clean',
  });
});

test.each([
  ['/p/node_modules/x/index.js', true],
  ['/p/.git/index', true],
  ['/p/src/handler.ts~', true],
  ['/p/run.log', true],
  ['/p/src/handler.ts', false],
  ['/p/s.yaml', false],
])('changes of %s are ignored: %s', (path, expected) => {
  expect(isIgnored('/p', path)).toBe(expected);
});
