import { diag, DiagLogLevel } from '@opentelemetry/api';
import { ExportResultCode } from '@opentelemetry/core';
import type { ExportResult } from '@opentelemetry/core';
import type { ReadableSpan, SpanExporter } from '@opentelemetry/sdk-trace-base';
import { takeCounts } from '../../src/diagnostics';
import { Delivery } from '../../src/export/delivery';

type Export = (names: string[]) => ExportResult | 'no response' | 'throw';

function span(name: string, attributes: Record<string, unknown> = {}): ReadableSpan {
  return {
    name,
    spanContext: () => ({ traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), traceFlags: 1 }),
    attributes,
  } as unknown as ReadableSpan;
}

const success: ExportResult = { code: ExportResultCode.SUCCESS };
const failure = (code?: number | string): ExportResult => ({
  code: ExportResultCode.FAILED,
  error: Object.assign(new Error('the server failed'), code === undefined ? {} : { code }),
});

let requests: string[][];
let exporters: number;
function deliveryTo(answer: Export, timeoutMillis = 1_000): Delivery {
  requests = [];
  exporters = 0;
  const createExporter = (): SpanExporter => {
    exporters += 1;
    return {
      export(spans, done): void {
        requests.push(spans.map(({ name }) => name));
        const result = answer(requests.at(-1)!);
        if (result === 'throw') throw new Error('exporter broke');
        if (result !== 'no response') setImmediate(done, result);
      },
      shutdown: () => Promise.reject(new Error('cannot shut down')),
    };
  };
  return new Delivery(createExporter, timeoutMillis, (text) => text, 'collector.example');
}
/** Ends a span and flushes it; returns how many milliseconds the flush took. */
async function send(delivery: Delivery, name: string, millis = 5_000): Promise<number> {
  delivery.onEnd(span(name));
  const before = performance.now();
  await delivery.flush(millis);
  return performance.now() - before;
}
beforeEach(() => void takeCounts());

test.each([
  ['a refused connection', failure('ECONNREFUSED')],
  ['HTTP 503', failure(503)],
  ['HTTP 429', failure(429)],
  ['an exporter that throws', 'throw' as const],
])('after %s the batch is sent once more by a new exporter, then counted as dropped', async (_, result) => {
  await send(
    deliveryTo(() => result),
    'a',
  );
  expect(requests).toEqual([['a'], ['a']]);
  expect(exporters).toBe(2);
  expect(takeCounts()).toEqual({ 'fc_traced.dropped_spans': 1 });
});

test.each([400, 401, 403, 404, 413])('after HTTP %i the batch is not sent again', async (code) => {
  await send(
    deliveryTo(() => failure(code)),
    'a',
  );
  expect(requests).toEqual([['a']]);
  expect(takeCounts()).toEqual({ 'fc_traced.dropped_spans': 1 });
});

test('the warning about dropped spans contains the host of the endpoint and the status code', async () => {
  const lines: string[] = [];
  diag.setLogger(
    { error() {}, warn: (line) => void lines.push(line), info() {}, debug() {}, verbose() {} },
    { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true },
  );
  await send(
    deliveryTo(() => failure(402)),
    'a',
  );
  diag.disable();
  expect(lines).toEqual([
    'fc-traced: spans could not be delivered to collector.example and are dropped: 402 the server failed',
  ]);
});

test('after a temporary failure no span is lost', async () => {
  await send(
    deliveryTo(() => (requests.length === 1 ? failure('ECONNRESET') : success)),
    'a',
  );
  expect(requests).toEqual([['a'], ['a']]);
  expect(takeCounts()).toBeUndefined();
});

test('a server that does not respond delays a flush at most by its timeout', async () => {
  const took = await send(
    deliveryTo(() => 'no response', 1_500),
    'a',
    100,
  );
  expect(took).toBeGreaterThan(90);
  expect(took).toBeLessThan(1_000);
});

test('after an export has timed out, a flush does not wait for its own timeout', async () => {
  expect(
    await send(
      deliveryTo(() => 'no response', 50),
      'a',
      3_000,
    ),
  ).toBeLessThan(1_000);
});

test('spans whose export timed out are sent with the next flush', async () => {
  const delivery = deliveryTo(() => (requests.length === 1 ? 'no response' : success), 50);
  await send(delivery, 'a', 200);
  await send(delivery, 'b');
  expect(requests).toEqual([['a'], ['a'], ['b']]);
  expect(takeCounts()).toBeUndefined();
});

test('after three consecutive failures flushes wait only briefly, until an export succeeds', async () => {
  let isAvailable = false;
  const delivery = deliveryTo(() => (isAvailable ? success : 'no response'), 300);
  const waits: number[] = [];
  for (const name of ['a', 'b', 'c', 'd']) waits.push(await send(delivery, name, 350));
  const failures = (): number => (delivery as unknown as { consecutiveFailures: number }).consecutiveFailures;
  while (failures() < 3) await send(delivery, 'x', 350);
  expect(await send(delivery, 'e', 10_000)).toBeLessThan(280);
  isAvailable = true;
  for (let index = 0; index < 20 && failures() > 0; index += 1) await send(delivery, 'f', 50);
  requests = [];
  await send(delivery, 'g');
  expect(requests.flat()).toContain('g');
});

test('the counts on a dropped invocation span are reported by the next one', async () => {
  const delivery = deliveryTo(() => failure(400));
  delivery.onEnd(span('invocation', { 'fc_traced.dropped_spans': 5, 'fc_traced.malformed_carriers': 2 }));
  await delivery.flush(5_000);
  expect(takeCounts()).toEqual({ 'fc_traced.dropped_spans': 6, 'fc_traced.malformed_carriers': 2 });
});
