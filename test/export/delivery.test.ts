import { ExportResultCode } from '@opentelemetry/core';
import type { ExportResult } from '@opentelemetry/core';
import type { ReadableSpan, SpanExporter } from '@opentelemetry/sdk-trace-base';
import { takeCounts } from '../../src/diagnostics';
import { Delivery } from '../../src/export/delivery';

type Answer = (result: ExportResult) => void;

/** An exporter that holds each request until it is answered. */
class HeldExporter implements SpanExporter {
  readonly requests: string[][] = [];
  pending: Answer[] = [];
  automaticResult: ExportResult | undefined = { code: ExportResultCode.SUCCESS };
  maxConcurrent = 0;

  export(spans: ReadableSpan[], answer: Answer): void {
    this.requests.push(spans.map(({ name }) => name));
    this.pending.push(answer);
    this.maxConcurrent = Math.max(this.maxConcurrent, this.pending.length);
    const { automaticResult } = this;
    if (automaticResult !== undefined) setImmediate(() => this.answer(automaticResult));
  }
  answer(result: ExportResult): void {
    this.pending.shift()!(result);
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

let exporter: HeldExporter;
let delivery: Delivery;
beforeEach(() => {
  exporter = new HeldExporter();
  delivery = new Delivery(
    () => exporter,
    1_000,
    (text) => text,
    'collector.example',
  );
  takeCounts();
});

test('a flush resolves when the spans that ended before it have been exported', async () => {
  exporter.automaticResult = undefined;
  delivery.onEnd(span('a'));
  let done = false;
  const flush = delivery.flush(5_000).then(() => (done = true));
  await new Promise(setImmediate);
  expect([exporter.requests, done]).toEqual([[['a']], false]);
  exporter.answer({ code: ExportResultCode.SUCCESS });
  await flush;
  expect(done).toBe(true);
});

test('300 concurrent flushes send one request at a time, and few requests', async () => {
  await Promise.all(
    Array.from({ length: 300 }, async (_, index) => {
      delivery.onEnd(span(String(index)));
      await delivery.flush(5_000);
    }),
  );
  expect(exporter.requests.flat()).toEqual(Array.from({ length: 300 }, (_, index) => String(index)));
  expect(exporter.maxConcurrent).toBe(1);
  expect(exporter.requests.length).toBeLessThanOrEqual(2);
});

test('spans that end during a request are sent with the next one', async () => {
  exporter.automaticResult = undefined;
  delivery.onEnd(span('a'));
  const first = delivery.flush(5_000);
  delivery.onEnd(span('b'));
  delivery.onEnd(span('c'));
  const second = delivery.flush(5_000);
  exporter.answer({ code: ExportResultCode.SUCCESS });
  await first;
  await new Promise(setImmediate);
  exporter.answer({ code: ExportResultCode.SUCCESS });
  await second;
  expect(exporter.requests).toEqual([['a'], ['b', 'c']]);
});

test('512 ended spans are sent without a flush', async () => {
  for (let index = 0; index < 512; index += 1) delivery.onEnd(span('a'));
  await new Promise(setImmediate);
  expect(exporter.requests.map(({ length }) => length)).toEqual([512]);
});

test('spans that are not sampled are neither sent nor waited for', async () => {
  delivery.onEnd(span('a', 0));
  await delivery.flush(5_000);
  expect(exporter.requests).toEqual([]);
});

test('if 8,192 spans are waiting, further ones are counted as dropped', async () => {
  exporter.automaticResult = undefined;
  for (let index = 0; index < 512 + 8_192 + 7; index += 1) delivery.onEnd(span('a'));
  expect(takeCounts()).toEqual({ 'fc_traced.dropped_spans': 7 });
});

test('shutdown sends the remaining spans, and a flush without spans sends nothing', async () => {
  await delivery.flush(5_000);
  delivery.onEnd(span('a'));
  await delivery.shutdown();
  expect(exporter.requests).toEqual([['a']]);
});
