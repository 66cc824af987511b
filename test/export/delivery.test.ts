import { ExportResultCode } from '@opentelemetry/core';
import type { ExportResult } from '@opentelemetry/core';
import type { ReadableSpan, SpanExporter } from '@opentelemetry/sdk-trace-base';
import { Delivery } from '../../src/export/delivery';
import { takeCounts } from '../../src/diagnostics';

type Answer = (result: ExportResult) => void;

/** The far end: holds each request until it is answered. */
class FarEnd implements SpanExporter {
  readonly requests: string[][] = [];
  open: Answer[] = [];
  auto: ExportResult | undefined = { code: ExportResultCode.SUCCESS };
  mostAtOnce = 0;

  export(spans: ReadableSpan[], answer: Answer): void {
    this.requests.push(spans.map(({ name }) => name));
    this.open.push(answer);
    this.mostAtOnce = Math.max(this.mostAtOnce, this.open.length);
    const { auto } = this;
    if (auto !== undefined) setImmediate(() => this.answer(auto));
  }
  answer(result: ExportResult): void {
    this.open.shift()!(result);
  }
  async shutdown(): Promise<void> {}
}

function span(name: string, traceFlags = 1): ReadableSpan {
  return {
    name,
    spanContext: () => ({ traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), traceFlags }),
    attributes: {},
  } as unknown as ReadableSpan;
}

let far: FarEnd;
let delivery: Delivery;
beforeEach(() => {
  far = new FarEnd();
  delivery = new Delivery(
    () => far,
    1_000,
    (text) => text,
    'collector.example',
  );
  takeCounts();
});

test('a flush resolves only when the spans that ended before it have arrived', async () => {
  far.auto = undefined;
  delivery.onEnd(span('a'));
  let done = false;
  const flush = delivery.flush(5_000).then(() => (done = true));
  await new Promise(setImmediate);
  expect([far.requests, done]).toEqual([[['a']], false]);
  far.answer({ code: ExportResultCode.SUCCESS });
  await flush;
  expect(done).toBe(true);
});

test('300 flushes at once make one request at a time, and few of them', async () => {
  await Promise.all(
    Array.from({ length: 300 }, async (_, index) => {
      delivery.onEnd(span(String(index)));
      await delivery.flush(5_000);
    }),
  );
  expect(far.requests.flat()).toEqual(Array.from({ length: 300 }, (_, index) => String(index)));
  expect(far.mostAtOnce).toBe(1);
  expect(far.requests.length).toBeLessThanOrEqual(2);
});

test('what ends while a request is under way goes with the next', async () => {
  far.auto = undefined;
  delivery.onEnd(span('a'));
  const first = delivery.flush(5_000);
  delivery.onEnd(span('b'));
  delivery.onEnd(span('c'));
  const second = delivery.flush(5_000);
  far.answer({ code: ExportResultCode.SUCCESS });
  await first;
  await new Promise(setImmediate);
  far.answer({ code: ExportResultCode.SUCCESS });
  await second;
  expect(far.requests).toEqual([['a'], ['b', 'c']]);
});

test('512 ended spans leave without any flush', async () => {
  for (let index = 0; index < 512; index += 1) delivery.onEnd(span('a'));
  await new Promise(setImmediate);
  expect(far.requests.map(({ length }) => length)).toEqual([512]);
});

test('spans that were not sampled are neither sent nor waited for', async () => {
  delivery.onEnd(span('a', 0));
  await delivery.flush(5_000);
  expect(far.requests).toEqual([]);
});

test('with 8,192 spans waiting, further ones are counted as dropped', async () => {
  far.auto = undefined;
  for (let index = 0; index < 512 + 8_192 + 7; index += 1) delivery.onEnd(span('a'));
  expect(takeCounts()).toEqual({ 'fc_traced.dropped_spans': 7 });
});

test('shutdown sends what is left, and a flush with nothing to send asks nobody', async () => {
  await delivery.flush(5_000);
  delivery.onEnd(span('a'));
  await delivery.shutdown();
  expect(far.requests).toEqual([['a']]);
});
