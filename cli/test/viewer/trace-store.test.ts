import { appendFileSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ViewerLog } from '../../src/viewer/model/span';
import { startViewer } from '../../src/viewer/server';
import { TraceStore } from '../../src/viewer/trace-store';
import type { StoreChange } from '../../src/viewer/trace-store';
import { span, spanIdOf, traceIdOf } from './spans';

const log = (traceId: string, body: string): ViewerLog => ({
  traceId,
  timeNanos: 1n,
  severity: 'INFO',
  body,
  attributes: {},
  resource: {},
});

test('a span that arrives again replaces the first, and needs no more memory', () => {
  const store = new TraceStore();
  store.add({ spans: [span({ name: 'one' })] });
  const { bytes } = store.stats();
  store.add({ spans: [span({ name: 'two' })] });
  expect(store.get(traceIdOf(1))?.spans.map(({ name }) => name)).toEqual(['two']);
  expect(store.stats().bytes).toBe(bytes);
});

test('the trace that got nothing for the longest time is removed first, with its links', () => {
  const store = new TraceStore(10_000);
  const removed: string[] = [];
  store.subscribe((change: StoreChange) => removed.push(...change.removed));
  const linked = { traceId: traceIdOf(99), spanId: spanIdOf(1), attributes: {} };
  store.add({ spans: [span({ traceId: traceIdOf(1), links: [linked] }), span({ traceId: traceIdOf(2) })] });
  expect(store.linkedFrom(traceIdOf(99)).map(({ traceId }) => traceId)).toEqual([traceIdOf(1)]);
  store.add({ spans: [], logs: [log(traceIdOf(1), 'still in use')] });
  for (let index = 3; removed.length < 2; index += 1) store.add({ spans: [span({ traceId: traceIdOf(index) })] });
  expect(removed).toEqual([traceIdOf(2), traceIdOf(1)]);
  expect(store.linkedFrom(traceIdOf(99))).toEqual([]);
  expect(store.stats()).toMatchObject({ removedTraces: 2, dropped: 0 });
});

test('one trace that needs all of the memory loses its newest spans, and says how many', () => {
  const store = new TraceStore(20_000);
  for (let index = 0; index < 100; index += 1) store.add({ spans: [span({ spanId: spanIdOf(index) })] });
  const { dropped, bytes } = store.stats();
  expect(dropped).toBeGreaterThan(0);
  expect(bytes).toBeLessThanOrEqual(20_000);
  expect(store.summary(traceIdOf(1))).toMatchObject({ spans: 100 - dropped, droppedSpans: dropped });
  store.add({ spans: [span({ traceId: traceIdOf(2), name: 'x'.repeat(20_000) })] });
  expect(store.get(traceIdOf(2))).toBeUndefined();
});

test('after everything was removed, the store is empty', () => {
  const store = new TraceStore();
  store.add({ spans: [span(), span({ traceId: traceIdOf(2) })], logs: [log(traceIdOf(1), 'x')] });
  store.clear();
  expect(store.stats()).toMatchObject({ bytes: 0, traces: 0, spans: 0 });
});

describe('a file', () => {
  const folder = mkdtempSync(join(tmpdir(), 'fc-traced-store-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  test('keeps the traces for the next start, also after a line that was cut off', async () => {
    const store = join(folder, 'traces.jsonl');
    const first = await startViewer({ store });
    first.add({ spans: [span({ name: '中文' })], logs: [log(traceIdOf(1), 'kept')] });
    await first.close();
    appendFileSync(store, '{"resourceSpans":[{"res');

    const second = await startViewer({ store });
    expect(second.traces.get(traceIdOf(1))).toMatchObject({
      spans: [span({ name: '中文' })],
      logs: [{ body: 'kept' }],
    });
    second.add({ spans: [span({ traceId: traceIdOf(2) })] });
    await second.close();

    const third = await startViewer({ store });
    expect(third.traces.traceIds()).toEqual([traceIdOf(2), traceIdOf(1)]);
    await third.close();
  });

  test('is replaced by one with what is left when it has become too large', async () => {
    const store = join(folder, 'large.jsonl');
    const viewer = await startViewer({ store, maxBytes: 20_000 });
    for (let index = 0; index < 300; index += 1) viewer.add({ spans: [span({ traceId: traceIdOf(index) })] });
    await viewer.close();
    expect(statSync(store).size).toBeLessThan(50_000);
    expect(readFileSync(store, 'utf8')).toContain(traceIdOf(299));
    expect(statSync(store).mode & 0o777).toBe(0o600);
  });

  test('that cannot be opened is reported at the start', async () => {
    await expect(startViewer({ store: join(folder, 'missing', 'traces.jsonl') })).rejects.toThrow('ENOENT');
  });
});
