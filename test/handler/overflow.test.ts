import { diagnostics } from '../../src/diagnostics';
import { deliveryWith, fakeSpan, FakeTransport } from '../export/fake-transport';

const PARENT = { spanId: 'root' };
const span = (name: string, parent?: { readonly spanId: string; readonly isRemote?: boolean }) =>
  Object.assign(fakeSpan(name), { parentSpanContext: parent });

test.each([
  ['a new trace', undefined],
  ["a caller's trace", { spanId: 'caller', isRemote: true }],
])('if an invocation has more spans than the queue holds, the root span of %s is not dropped', async (_, parent) => {
  const transport = new FakeTransport();
  const delivery = deliveryWith(transport, { clock: () => 0 });
  for (let index = 0; index < 10_000; index += 1) delivery.onEnd(span(`child ${index}`, PARENT));
  delivery.onEnd(span('root', parent));
  await delivery.flush(5_000);
  const names = transport.requests.flat();
  expect(names).toContain('root');
  expect(names.length + diagnostics.counts.get('fc_traced.dropped_spans')!).toBe(10_001);
  expect(new Set(names).size).toBe(names.length);
  diagnostics.counts.clear();
});

test('the root span of a large trace is exported with the next request, before the rest', async () => {
  const transport = new FakeTransport();
  const delivery = deliveryWith(transport, { clock: () => 0 });
  for (let index = 0; index < 2_000; index += 1) delivery.onEnd(span(`child ${index}`, PARENT));
  delivery.onEnd(span('root'));
  await delivery.flush(5_000);
  const names = transport.requests.flat();
  expect(names).toHaveLength(2_001);
  expect(names.indexOf('root')).toBeLessThan(1_024);
});

test('a flush waits for its own spans, also if root spans of other traces are exported before them', async () => {
  const transport = new FakeTransport();
  const delivery = deliveryWith(transport, { clock: () => 0 });
  for (let index = 0; index < 2_000; index += 1) delivery.onEnd(span(`child ${index}`, PARENT));
  const flushed = delivery.flush(5_000);
  for (let index = 0; index < 600; index += 1) delivery.onEnd(span(`other ${index}`));
  await flushed;
  const names = transport.requests.flat();
  expect(names).toContain('child 1999');
});
