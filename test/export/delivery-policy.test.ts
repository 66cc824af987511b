import { DeliveryPolicy } from '../../src/export/delivery/delivery-policy';
import type { RequestsInProgress } from '../../src/export/delivery/delivery-policy';

const BUDGET = 1_000;
let policy: DeliveryPolicy;
beforeEach(() => {
  policy = new DeliveryPolicy({ budgetMillis: BUDGET, random: () => 0.5 });
});

const started = (...startTimes: number[]): RequestsInProgress => ({ startTimes, idleMillis: 0, isFull: false });

/** The response waits in vain from `now` on, as long as it may. Returns how long that is. */
function waitInVain(now: number): number {
  const millis = policy.waitMillis(now, BUDGET);
  if (millis > 0) policy.waited(now + millis, millis);
  return millis;
}

test('an endpoint that is silent costs one budget, however many responses wait one after the other', () => {
  expect([waitInVain(0), waitInVain(1_000), waitInVain(2_000)]).toEqual([1_000, 0, 0]);
  expect([policy.isOutage, policy.beganAt]).toEqual([true, 1_000]);
});

test('several short waits in vain use up the same budget', () => {
  for (let now = 0; now < 10_000; now += 100) {
    const millis = Math.min(100, policy.waitMillis(now, BUDGET));
    if (millis > 0) policy.waited(now + millis, millis);
  }
  expect(policy.beganAt).toBe(1_000);
});

test('of many responses that wait at the same time, each waits at most the budget', () => {
  expect(Array.from({ length: 50 }, () => policy.waitMillis(0, BUDGET))).toEqual(
    Array.from({ length: 50 }, () => BUDGET),
  );
  expect(policy.waited(1_000, 1_000)).toBe('outage began');
  expect(policy.waited(1_000, 1_000)).toBeUndefined();
  expect(policy.waitMillis(1_000, BUDGET)).toBe(0);
});

test('the first success ends an outage, and responses wait again', () => {
  waitInVain(0);
  expect(policy.acknowledged(60_000, 5)).toBe('outage ended');
  expect(policy.waitMillis(60_000, BUDGET)).toBe(BUDGET);
});

test('a success that took longer than the budget does not end an outage', () => {
  waitInVain(0);
  expect(policy.acknowledged(1_500, 1_500)).toBeUndefined();
  expect([policy.isOutage, policy.waitMillis(1_500, BUDGET)]).toEqual([true, 0]);
});

test('if every other request hangs, responses soon wait only as long as a request takes', () => {
  const waits: number[] = [];
  for (let turn = 0; turn < 40; turn += 1) {
    const now = turn * 2_000;
    if (turn % 2 === 0) policy.acknowledged(now, 20);
    else waits.push(waitInVain(now));
  }
  expect(waits.slice(0, 2)).toEqual([BUDGET, BUDGET]);
  expect(Math.max(...waits.slice(2))).toBe(100);
});

test('after each failure the delay is random, up to twice the last limit, and at most 5 seconds', () => {
  const delays = Array.from({ length: 9 }, () => {
    policy.failed(0);
    const delay = policy.nextSendAt;
    policy.hurry(0);
    return delay;
  });
  expect(delays).toEqual([50, 100, 200, 400, 800, 1_600, 2_500, 2_500, 2_500]);
  policy.acknowledged(0, 5);
  policy.failed(0);
  expect(policy.nextSendAt).toBe(50);
});

test('after four failures in a row an outage begins, whatever is left of the budget', () => {
  expect(Array.from({ length: 5 }, (_, index) => policy.failed(index))).toEqual([
    undefined,
    undefined,
    undefined,
    'outage began',
    undefined,
  ]);
});

test('the delay that the endpoint asks for is kept, up to five minutes, and others are added at random', () => {
  policy.failed(0, 2_000);
  expect(policy.nextSendAt).toBe(2_050);
  expect(policy.maySend(2_049, started())).toBe(false);
  expect(policy.maySend(2_050, started())).toBe(true);
  policy.failed(10_000, 3_600_000);
  expect(policy.nextSendAt).toBe(310_100);
});

test('a response does not wait if nothing can be sent in its time', () => {
  policy.failed(0, 2_000);
  expect(policy.waitMillis(0, BUDGET)).toBe(0);
  expect(policy.waitMillis(1_500, BUDGET)).toBe(BUDGET);
});

test('to an endpoint that is fast, one request is sent at a time', () => {
  policy.acknowledged(0, 5);
  expect(policy.maySend(10, started())).toBe(true);
  expect(policy.maySend(11, started(10))).toBe(false);
  expect(policy.maySend(500, { ...started(10), idleMillis: 20 })).toBe(false);
  expect(policy.maySend(500, { ...started(10), idleMillis: 400 })).toBe(true);
});

test('to an endpoint that is slow, up to eight requests are sent, spread over the time of a response', () => {
  policy.acknowledged(0, 200);
  const starts: number[] = [];
  for (let now = 0; now < 200; now += 1) if (policy.maySend(now, started(...starts))) starts.push(now);
  expect(starts).toEqual([0, 25, 50, 75, 100, 125, 150, 175]);
  expect(policy.maySend(199, { ...started(1, 2, 3), isFull: true })).toBe(true);
  expect(policy.maySend(199, { ...started(...starts), isFull: true })).toBe(false);
  expect(policy.askAgainAt(10, started(0))).toBe(25);
  expect(policy.askAgainAt(199, started(...starts))).toBe(Number.POSITIVE_INFINITY);
});

test('during an outage one request is sent at a time, and another one only if that hangs for the budget', () => {
  waitInVain(0);
  expect(policy.maySend(1_001, started(1_000))).toBe(false);
  expect(policy.askAgainAt(1_001, started(1_000))).toBe(2_000);
  expect(policy.maySend(2_000, started(1_000))).toBe(true);
});

test('after an outage the backlog is sent at nine tenths of the usual interval, one request at a time', () => {
  for (let now = 0; now < 100_000; now += 1_000) {
    policy.started(now);
    policy.acknowledged(now, 5);
  }
  for (let n = 0; n < 4; n += 1) policy.failed(100_000);
  policy.acknowledged(110_000, 5, 5, 3);
  expect(policy.nextSendAt).toBeCloseTo(110_900);
  expect(policy.maySend(110_900, started(110_899))).toBe(false);
  policy.acknowledged(111_000, 5, 5, 0);
  expect(policy.nextSendAt).toBe(111_000);
});

test('while a backlog is sent, a response waits only if it needs the last batch, which is then sent at once', () => {
  for (let n = 0; n < 4; n += 1) policy.failed(0);
  policy.acknowledged(10_000, 5, 5, 3);
  policy.needed(10_100, 2);
  expect([policy.waitMillis(10_100, BUDGET, 2), policy.nextSendAt > 10_100]).toEqual([0, true]);
  policy.needed(10_200, 1);
  expect([policy.waitMillis(10_200, BUDGET, 1), policy.nextSendAt]).toEqual([BUDGET, 10_200]);
});

test('before the instance stops, the backlog is sent without a delay', () => {
  for (let n = 0; n < 4; n += 1) policy.failed(0);
  policy.acknowledged(10_000, 5, 5, 3);
  policy.hurry(10_000);
  policy.acknowledged(10_010, 5, 5, 2);
  expect(policy.nextSendAt).toBe(10_010);
});

test('a backlog that does not become smaller is sent faster and faster', () => {
  for (let n = 0; n < 4; n += 1) policy.failed(0);
  for (let n = 0; n < 40; n += 1) policy.acknowledged(10_000, 5, 5, 3);
  expect(policy.nextSendAt - 10_000).toBeLessThan(20);
});
