import type { ReadableSpan, SpanExporter } from '@opentelemetry/sdk-trace-base';
import { diagnostics } from '../../src/diagnostics';
import { Delivery } from '../../src/export/delivery';

const spanNamed = (name: string, parent?: { readonly spanId: string; readonly isRemote?: boolean }): ReadableSpan =>
  ({
    name,
    spanContext: () => ({ traceId: 't', spanId: name, traceFlags: 1 }),
    parentSpanContext: parent,
    attributes: {},
  }) as unknown as ReadableSpan;

function recordingExporter(): { readonly exporter: SpanExporter; readonly names: string[] } {
  const names: string[] = [];
  const exporter: SpanExporter = {
    export: (spans, done) => {
      names.push(...spans.map(({ name }) => name));
      setImmediate(done, { code: 0 });
    },
    shutdown: () => Promise.resolve(),
  };
  return { exporter, names };
}

test.each([
  ['a new trace', undefined],
  ["a caller's trace", { spanId: 'caller', isRemote: true }],
])('if an invocation has more spans than the queue holds, the root span of %s is not dropped', async (_, parent) => {
  const { exporter, names } = recordingExporter();
  const delivery = new Delivery(
    () => exporter,
    1_000,
    (text) => text,
    'collector.example',
  );
  for (let index = 0; index < 10_000; index += 1) delivery.onEnd(spanNamed(`child ${index}`, { spanId: 'root' }));
  delivery.onEnd(spanNamed('root', parent));
  await delivery.flush(5_000);
  expect(names).toContain('root');
  expect(names.length + diagnostics.counts.get('fc_traced.dropped_spans')!).toBe(10_001);
  expect(new Set(names).size).toBe(names.length);
  diagnostics.counts.clear();
});

test('the root span of a large trace is exported with the next request, before the rest', async () => {
  const { exporter, names } = recordingExporter();
  const delivery = new Delivery(
    () => exporter,
    1_000,
    (text) => text,
    'collector.example',
  );
  for (let index = 0; index < 2_000; index += 1) delivery.onEnd(spanNamed(`child ${index}`, { spanId: 'root' }));
  delivery.onEnd(spanNamed('root'));
  await delivery.flush(5_000);
  expect(names).toHaveLength(2_001);
  expect(names.indexOf('root')).toBeLessThan(1_024);
});

test('a flush waits for its own spans, also if root spans of other traces are exported before them', async () => {
  const { exporter, names } = recordingExporter();
  const delivery = new Delivery(
    () => exporter,
    1_000,
    (text) => text,
    'collector.example',
  );
  for (let index = 0; index < 2_000; index += 1) delivery.onEnd(spanNamed(`child ${index}`, { spanId: 'root' }));
  const flushed = delivery.flush(5_000);
  for (let index = 0; index < 600; index += 1) delivery.onEnd(spanNamed(`other ${index}`));
  await flushed;
  expect(names).toContain('child 1999');
});
