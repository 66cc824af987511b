import { diag, DiagLogLevel } from '@opentelemetry/api';
import { takeCounts } from '../../src/diagnostics';
import type { Delivery } from '../../src/export/delivery/delivery';
import { spanBytes } from '../../src/export/delivery/span-size';
import { deliveryStats } from '../../src/tracing/telemetry/delivery-stats';
import type { DropReason } from '../../src/tracing/telemetry/delivery-stats';
import { ACKNOWLEDGED, deliveryWith, failed, fakeSpan, FakeTransport, refused, TIMED_OUT } from './fake-transport';
import type { FakeSpan } from './fake-transport';

const lines: string[] = [];
let transport: FakeTransport;
let delivery: Delivery;
beforeAll(() => {
  diag.setLogger(
    { error() {}, warn: (line) => void lines.push(line), info() {}, debug() {}, verbose() {} },
    { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true },
  );
});
afterAll(() => diag.disable());
beforeEach(() => {
  transport = new FakeTransport();
  delivery = deliveryWith(transport);
  takeCounts();
  lines.length = 0;
});

/** Ends a span and flushes it; returns how many milliseconds the flush took. */
async function send(name: string, millis = 5_000, span: FakeSpan = {}): Promise<number> {
  delivery.onEnd(fakeSpan(name, span));
  const before = performance.now();
  await delivery.flush(millis);
  return performance.now() - before;
}

/** What the work adds to the statistics. */
async function countedBy(work: () => Promise<unknown>): Promise<Record<string, number>> {
  const before = deliveryStats();
  await work();
  const after = deliveryStats();
  const dropped = Object.keys(after.dropped).map(
    (reason) => [reason, after.dropped[reason as DropReason] - before.dropped[reason as DropReason]] as const,
  );
  const counts = (['made', 'sent', 'acknowledged', 'waiting'] as const).map((key) => [key, after[key] - before[key]]);
  return Object.fromEntries([...counts, ...dropped].filter(([, count]) => count !== 0)) as Record<string, number>;
}

/** Answers the requests with verdicts in order, then acknowledges. */
function answering(...verdicts: ReturnType<FakeTransport['answer']>[]): void {
  transport.answer = () => (verdicts.length > 0 ? verdicts.shift() : ACKNOWLEDGED);
}

test.each([
  ['a refused connection', failed()],
  ['HTTP 503', failed('503 Service Unavailable')],
  ['HTTP 429 with Retry-After: 0', failed('429 Too Many Requests', 0)],
])('after %s the batch is sent again until it is accepted', async (_, verdict) => {
  answering(verdict, verdict);
  const counts = await countedBy(() => send('a'));
  expect(transport.requests).toEqual([['a'], ['a'], ['a']]);
  expect(counts).toEqual({ made: 1, sent: 1, acknowledged: 1 });
  expect(takeCounts()).toBeUndefined();
});

test.each([401, 403, 404, 405])('after HTTP %i the batch is not sent again', async (status) => {
  answering(refused(status), refused(status));
  const counts = await countedBy(() => send('a'));
  expect(transport.requests).toEqual([['a']]);
  expect(counts).toEqual({ made: 1, sent: 1, refused: 1 });
  expect(takeCounts()).toEqual({ 'fc_traced.dropped_spans': 1 });
});

test('a batch that is redirected is dropped, with a reason of its own', async () => {
  answering({ kind: 'redirected', reason: '302 Found', byContent: false });
  expect(await countedBy(() => send('a'))).toEqual({ made: 1, sent: 1, redirected: 1 });
  expect(lines).toEqual(['fc-traced: spans could not be delivered to collector.example and are dropped: 302 Found']);
});

test('spans that an accepted request rejects are counted as dropped', async () => {
  transport.rejected = 2;
  const counts = await countedBy(async () => {
    for (const name of ['a', 'b', 'c']) delivery.onEnd(fakeSpan(name));
    await delivery.flush(5_000);
    await new Promise(setImmediate);
  });
  expect(counts).toEqual({ made: 3, sent: 3, acknowledged: 1, rejected: 2 });
  expect(takeCounts()).toEqual({ 'fc_traced.dropped_spans': 2 });
});

test('an endpoint that does not respond costs one budget, then no response waits, and requests go on', async () => {
  let now = 0;
  transport.answer = () => undefined;
  delivery = deliveryWith(transport, { budgetMillis: 50, clock: () => (now += 1) && performance.now() });
  expect(await send('a', 1_000)).toBeGreaterThan(45);
  for (let index = 0; index < 20; index += 1) expect(await send('b', 1_000)).toBeLessThan(30);
  expect(lines).toEqual([
    'fc-traced: collector.example does not accept spans in time, so responses no longer wait for it: no answer in time. ' +
      'Spans are kept and sent again',
  ]);
});

test('an endpoint whose first acknowledgement takes longer than the budget does not restore it', async () => {
  transport.answer = () => undefined;
  delivery = deliveryWith(transport, { budgetMillis: 50 });
  await send('a', 1_000);
  // Timers may fire up to a millisecond early.
  await new Promise((resolve) => setTimeout(resolve, 20));
  transport.answerNext();
  await new Promise(setImmediate);
  expect(await send('b', 1_000)).toBeLessThan(30);
});

test('after four failures in a row an outage begins, and the first acknowledgement ends it: both are logged each time', async () => {
  for (let outage = 0; outage < 2; outage += 1) {
    answering(failed(), failed(), failed(), failed());
    await send('a');
    while (lines.length < 2 * outage + 2) await new Promise((resolve) => setTimeout(resolve, 5));
  }
  const began =
    'fc-traced: collector.example does not accept spans in time, so responses no longer wait for it: connect ECONNREFUSED. ' +
    'Spans are kept and sent again';
  const ended = 'fc-traced: collector.example accepts spans in time again; 0 still wait, 0 were dropped';
  expect(lines).toEqual([began, ended, began, ended]);
});

test('a response does not wait if the endpoint asks for a delay that exceeds the budget', async () => {
  answering(failed('503 Service Unavailable', 60_000));
  expect(await send('a', 1_000)).toBeLessThan(500);
  expect(await send('b', 1_000)).toBeLessThan(30);
  expect(transport.requests).toEqual([['a']]);
});

test('preStop sends what waits, whatever delay the endpoint asked for', async () => {
  answering(failed('503 Service Unavailable', 60_000));
  await send('a');
  await delivery.flush(1_000, 'preStop');
  expect(transport.requests).toEqual([['a'], ['a']]);
});

test('after a request has timed out, a response does not wait for its own time', async () => {
  answering(TIMED_OUT, undefined);
  expect(await send('a', 3_000)).toBeLessThan(1_000);
});

test('spans whose request timed out are sent again before newer ones', async () => {
  answering(TIMED_OUT);
  await send('a', 200);
  await send('b');
  expect(transport.requests.flat()).toEqual(['a', 'a', 'b']);
  expect(takeCounts()).toBeUndefined();
});

test('a request that hangs does not prevent the one that notices the recovery', async () => {
  let now = 0;
  transport.answer = () => undefined;
  delivery = deliveryWith(transport, { clock: () => now, budgetMillis: 10 });
  delivery.onEnd(fakeSpan('a'));
  const first = delivery.flush(1_000);
  now = 200;
  await first;
  transport.answer = () => ACKNOWLEDGED;
  delivery.onEnd(fakeSpan('b'));
  await delivery.flush(1_000, 'preFreeze');
  await new Promise(setImmediate);
  expect(transport.requests).toEqual([['a'], ['b']]);
  transport.answerNext();
  await new Promise(setImmediate);
  expect(delivery.waiting).toBe(0);
});

test.each([413, 400, 500])('a batch that is too large is split until it is accepted (%i)', async (status) => {
  transport.answer = (names) => (names.length > 3 ? { kind: 'too large', reason: String(status) } : ACKNOWLEDGED);
  const counts = await countedBy(async () => {
    for (let index = 0; index < 8; index += 1) delivery.onEnd(fakeSpan(String(index)));
    await delivery.flush(5_000);
  });
  expect(transport.requests.map(({ length }) => length)).toEqual([8, 4, 2, 2, 4, 2, 2]);
  expect(counts).toEqual({ made: 8, sent: 8, acknowledged: 8 });
});

test('a span that is too large is cut further and further, and dropped if that does not help', async () => {
  const size = (given: unknown): number => String(given).length;
  delivery = deliveryWith(transport, { sizeOf: spanBytes });
  transport.answer = (_, [span]) =>
    size(span!.attributes.text) > 2_000 ? { kind: 'too large', reason: '413' } : ACKNOWLEDGED;
  const whole = 'x'.repeat(100_000);
  expect(await countedBy(() => send('a', 5_000, { attributes: { text: whole } }))).toMatchObject({ acknowledged: 1 });
  expect(transport.spans.map(([span]) => size(span!.attributes.text))).toEqual([100_000, 16_385, 1_025]);
  transport.answer = () => ({ kind: 'too large', reason: '413' });
  expect(await countedBy(() => send('b'))).toEqual({ made: 1, sent: 1, tooLarge: 1 });
});

test('one span that is refused for its content does not lose those of other traces', async () => {
  transport.answer = (names) => (names.includes('3') ? refused(400) : ACKNOWLEDGED);
  const counts = await countedBy(async () => {
    for (let index = 0; index < 100; index += 1) delivery.onEnd(fakeSpan(String(index)));
    await delivery.flush(5_000);
  });
  expect(counts).toEqual({ made: 100, sent: 100, acknowledged: 99, refused: 1 });
});

test('an endpoint that refuses everything is not searched for the cause', async () => {
  transport.answer = () => refused(400);
  for (let index = 0; index < 500; index += 1) delivery.onEnd(fakeSpan(String(index)));
  await delivery.flush(5_000);
  for (let index = 0; index < 500; index += 1) delivery.onEnd(fakeSpan(String(index)));
  await delivery.flush(5_000);
  expect(transport.requests.length).toBeLessThan(45);
  expect(takeCounts()).toEqual({ 'fc_traced.dropped_spans': 1_000 });
});

test('a batch that fails again and again is split if others are accepted, until only the cause is dropped', async () => {
  transport.answer = (names) => (names.includes('poison') ? failed('500 Internal Server Error') : ACKNOWLEDGED);
  delivery = deliveryWith(transport, { budgetMillis: 60_000 });
  const counts = await countedBy(async () => {
    for (const name of ['a', 'poison', 'b', 'c']) delivery.onEnd(fakeSpan(name));
    for (let index = 0; index < 100 || delivery.waiting > 0; index += 1) {
      if (index < 100) delivery.onEnd(fakeSpan('other'));
      void delivery.flush(5_000);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  });
  expect(counts).toEqual({ made: 104, sent: 104, acknowledged: 103, refused: 1 });
});

test('the counts on a dropped invocation span are reported by the next one', async () => {
  answering(refused());
  await send('invocation', 5_000, {
    attributes: { 'fc_traced.dropped_spans': 5, 'fc_traced.malformed_carriers': 2 },
  });
  expect(takeCounts()).toEqual({ 'fc_traced.dropped_spans': 6, 'fc_traced.malformed_carriers': 2 });
});

test('responses do not wait for an endpoint that refuses everything, once that took the budget', async () => {
  let now = 0;
  delivery = deliveryWith(transport, { clock: () => now, budgetMillis: 100 });
  transport.answer = () => undefined;
  const waits: boolean[] = [];
  for (let n = 0; n < 6; n += 1) {
    delivery.onEnd(fakeSpan('a'));
    let isOver = false;
    const flushed = delivery.flush(5_000).then(() => (isOver = true));
    await new Promise(setImmediate);
    waits.push(!isOver);
    now += 30;
    transport.answerNext(refused(401));
    await flushed;
    await new Promise(setImmediate);
  }
  expect(waits).toEqual([true, true, true, true, false, false]);
  expect(lines).toContainEqual(expect.stringContaining('401 Forbidden'));
});
