import { createHandler, Handler } from 'fc-traced';
import type { FcContext, HandlerOptions } from 'fc-traced';
import { fakeFcContext, invoke } from 'fc-traced/testing';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { flushBudget } from '../../src/invocation/invocation-runner';

@Handler()
class Ship {
  async handle(event: { work?: number; fail?: boolean }): Promise<string> {
    await sleep(event.work ?? 0);
    if (event.fail) throw new Error('no stock');
    return 'shipped';
  }
}

let silent: Server;
let isSilent = true;
const stops: (() => Promise<unknown>)[] = [];
beforeAll(async () => {
  silent = createServer((_, response) => void (isSilent || response.writeHead(202).end()));
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
});
afterAll(async () => {
  isSilent = false;
  silent.closeAllConnections();
  await Promise.all(stops.map((stop) => stop()));
  silent.closeAllConnections();
  silent.close();
});

const context = (timeout: number): FcContext =>
  fakeFcContext({
    function: { timeout },
    tracing: { jaegerEndpoint: `http://127.0.0.1:${(silent.address() as AddressInfo).port}/api/traces` },
  });

async function time(
  options: HandlerOptions,
  timeout: number,
  event: object = {},
): Promise<readonly [answer: unknown, took: number]> {
  const { handler, preStop } = createHandler(Ship, { exportTimeoutMillis: 1_000, ...options });
  stops.push(() => preStop(context(60)));
  const before = performance.now();
  const answer = await invoke(handler, event, context(timeout)).catch((error: unknown) => error);
  return [answer, performance.now() - before];
}

test('with a collector that does not respond, an invocation ends after flushTimeoutMillis', async () => {
  const [answer, took] = await time({ flushTimeoutMillis: 200 }, 60);
  expect(answer).toBe('shipped');
  expect(took).toBeGreaterThan(180);
  expect(took).toBeLessThan(600);
});

test('with a collector that does not respond, a failed invocation ends after flushTimeoutMillis with the same error', async () => {
  const [answer, took] = await time({ flushTimeoutMillis: 200 }, 60, { fail: true });
  expect(answer).toEqual(new Error('no stock'));
  expect(took).toBeLessThan(600);
});

test("an invocation ends before the function's timeout, even if flushTimeoutMillis is longer", async () => {
  const [answer, took] = await time({ flushTimeoutMillis: 60_000, exportTimeoutMillis: 2_000 }, 1, { work: 400 });
  expect(answer).toBe('shipped');
  expect(took).toBeGreaterThan(800);
  expect(took).toBeLessThan(1_000);
});

test('an invocation that has reached its timeout does not wait for the export', async () => {
  const [, took] = await time({ flushTimeoutMillis: 60_000, exportTimeoutMillis: 2_000 }, 0.2, { work: 200 });
  expect(took).toBeLessThan(500);
});

test('flushTimeoutMillis 0 does not wait', async () => {
  const [, took] = await time({ flushTimeoutMillis: 0 }, 60);
  expect(took).toBeLessThan(300);
});

test('preFreeze and preStop do not wait longer than flushTimeoutMillis', async () => {
  const { handler, preFreeze, preStop } = createHandler(Ship, { flushTimeoutMillis: 150, exportTimeoutMillis: 1_000 });
  stops.push(() => preStop(context(60)));
  await invoke(handler, {}, context(60));
  for (const hook of [preFreeze, preStop]) {
    const before = performance.now();
    await hook(context(60));
    expect(performance.now() - before).toBeLessThan(500);
  }
});

test('with flushTimeoutMillis 0, preStop exports the remaining spans, also to a slow collector', async () => {
  let arrived = 0;
  const slow = createServer(
    (request, response) =>
      void request.resume().on('end', () => setTimeout(() => ((arrived += 1), response.writeHead(202).end()), 300)),
  );
  await new Promise<void>((resolve) => slow.listen(0, '127.0.0.1', resolve));
  const slowContext = fakeFcContext({
    tracing: { jaegerEndpoint: `http://127.0.0.1:${(slow.address() as AddressInfo).port}/api/traces` },
  });
  const { handler, preStop } = createHandler(Ship, { flushTimeoutMillis: 0 });
  try {
    await invoke(handler, {}, slowContext);
    expect(arrived).toBe(0);
    await preStop(slowContext);
    expect(arrived).toBe(1);
  } finally {
    slow.closeAllConnections();
    slow.close();
  }
});

test.each([
  ['the option if the context has no timeout', 1_000, {}, 0, 1_000],
  ['the option if the function has enough time', 1_000, { function: { timeout: 60 } }, 5_000, 1_000],
  ['the rest of the timeout minus the margin', 1_000, { function: { timeout: 3 } }, 2_500, 400],
  ['0 after the timeout', 1_000, { function: { timeout: 3 } }, 9_000, 0],
  ['the option if the timeout is invalid', 1_000, { function: { timeout: 'soon' } }, 9_000, 1_000],
])('the budget is %s', (_, option, given, elapsed, budget) => {
  expect(flushBudget(option, given, elapsed)).toBe(budget);
});
