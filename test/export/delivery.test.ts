import { takeCounts } from '../../src/diagnostics';
import type { Delivery } from '../../src/export/delivery/delivery';
import { deliveryCounts, deliveryStats } from '../../src/tracing/telemetry/delivery-stats';
import { deliveryWith, fakeSpan, FakeTransport } from './fake-transport';

let transport: FakeTransport;
let delivery: Delivery;
beforeEach(() => {
  transport = new FakeTransport();
  delivery = deliveryWith(transport);
  takeCounts();
});

test('a flush resolves when the spans that ended before it have been accepted', async () => {
  transport.answer = () => undefined;
  delivery.onEnd(fakeSpan('a'));
  let done = false;
  const flush = delivery.flush(5_000).then(() => (done = true));
  await new Promise(setImmediate);
  expect([transport.requests, done]).toEqual([[['a']], false]);
  transport.answerNext();
  await flush;
  expect(done).toBe(true);
});

test('300 concurrent flushes send one request at a time to a fast endpoint, and few requests', async () => {
  delivery = deliveryWith(transport, { clock: () => 0 });
  await Promise.all(
    Array.from({ length: 300 }, async (_, index) => {
      delivery.onEnd(fakeSpan(String(index)));
      await delivery.flush(5_000);
    }),
  );
  expect(transport.requests.flat()).toEqual(Array.from({ length: 300 }, (_, index) => String(index)));
  expect(transport.mostOpen).toBe(1);
  expect(transport.requests.length).toBeLessThanOrEqual(2);
});

test('spans that end during a request are sent with the next one', async () => {
  transport.answer = () => undefined;
  delivery.onEnd(fakeSpan('a'));
  const first = delivery.flush(5_000);
  delivery.onEnd(fakeSpan('b'));
  delivery.onEnd(fakeSpan('c'));
  const second = delivery.flush(5_000);
  transport.answerNext();
  await first;
  transport.answerNext();
  await second;
  expect(transport.requests).toEqual([['a'], ['b', 'c']]);
});

test('512 ended spans are sent without a flush', () => {
  for (let index = 0; index < 512; index += 1) delivery.onEnd(fakeSpan('a'));
  expect(transport.requests.map(({ length }) => length)).toEqual([512]);
});

test('fewer spans are sent without a flush after a second', () => {
  jest.useFakeTimers();
  try {
    delivery.onEnd(fakeSpan('a'));
    jest.advanceTimersByTime(999);
    expect(transport.requests).toEqual([]);
    jest.advanceTimersByTime(1);
    expect(transport.requests).toEqual([['a']]);
  } finally {
    jest.useRealTimers();
  }
});

test('a request has at most 1 MiB, as estimated', async () => {
  delivery = deliveryWith(transport, { sizeOf: () => 400_000 });
  for (let index = 0; index < 5; index += 1) delivery.onEnd(fakeSpan('a'));
  await delivery.flush(5_000);
  expect(transport.requests.map(({ length }) => length)).toEqual([2, 2, 1]);
});

test('spans that are not sampled are neither counted nor sent nor waited for', async () => {
  const { made } = deliveryStats();
  delivery.onEnd(fakeSpan('a', { flags: 0 }));
  await delivery.flush(5_000);
  expect([transport.requests, deliveryStats().made]).toEqual([[], made]);
});

test.each([
  ['queueLimitSpans', { queueLimitSpans: 8_192 }, 8_192],
  // Spans are measured when a batch is cut, or when 512 are not measured.
  ['queueLimitBytes', { queueLimitSpans: 100_000, queueLimitBytes: 2_048 * 2_000 }, 2_048],
])('if as many spans wait as %s allows, further ones are counted as dropped', (_, limits, fits) => {
  const before = deliveryCounts.dropped.queueFull;
  delivery = deliveryWith(transport, limits);
  transport.answer = () => undefined;
  for (let index = 0; index < fits + 7; index += 1) delivery.onEnd(fakeSpan('a'));
  expect(takeCounts()).toEqual({ 'fc_traced.dropped_spans': 7 });
  expect([deliveryCounts.dropped.queueFull - before, delivery.waiting]).toEqual([7, fits]);
});

test('shutdown sends the remaining spans, drops those that are not accepted in time, and closes the transport', async () => {
  await delivery.flush(5_000);
  delivery.onEnd(fakeSpan('a'));
  transport.answer = () => undefined;
  delivery = deliveryWith(transport, { budgetMillis: 20 });
  delivery.onEnd(fakeSpan('a'));
  delivery.onEnd(fakeSpan('b'));
  const before = deliveryStats();
  await delivery.shutdown();
  expect([transport.requests, transport.isClosed]).toEqual([[['a', 'b']], true]);
  transport.answerNext({ kind: 'failed', reason: 'closed', timedOut: false, mayBeTooLarge: false });
  await new Promise(setImmediate);
  expect(deliveryStats().dropped.endpointReplaced - before.dropped.endpointReplaced).toBe(2);
  delivery.onEnd(fakeSpan('late'));
  expect(deliveryStats().dropped.endpointReplaced - before.dropped.endpointReplaced).toBe(3);
  expect(transport.requests).toHaveLength(1);
});
