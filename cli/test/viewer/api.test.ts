import { toOtlpJson } from '../../src/viewer/export';
import { startViewer } from '../../src/viewer/server';
import type { Viewer } from '../../src/viewer/server';
import { readTraceFile } from '../../src/viewer/trace-file';
import { span, spanIdOf, traceIdOf } from './spans';

let viewer: Viewer;
beforeEach(async () => {
  viewer = await startViewer();
});
afterEach(() => viewer.close());

const post = (path: string, body: string): Promise<Response> =>
  fetch(viewer.url + path, { method: 'POST', body, headers: { 'content-type': 'application/json' } });

test('log records are shown with the trace that they name, and others are ignored', async () => {
  viewer.add({ spans: [span()] });
  const record = (traceId: string) => ({
    traceId,
    spanId: spanIdOf(1),
    severityNumber: 17,
    body: { stringValue: 'no' },
  });
  const scopeLogs = [{ logRecords: [record(traceIdOf(1)), record(''), record('0'.repeat(32))] }];
  expect((await post('/v1/logs', JSON.stringify({ resourceLogs: [{ scopeLogs }] }))).status).toBe(200);
  expect(viewer.traces.get(traceIdOf(1))?.logs).toMatchObject([{ severity: 'ERROR', body: 'no', spanId: spanIdOf(1) }]);
  expect(viewer.traces.traceIds()).toEqual([traceIdOf(1)]);
});

test('metrics are accepted and ignored', async () => {
  expect((await post('/v1/metrics', '{"resourceMetrics":[]}')).status).toBe(200);
});

test.each(['not JSON', '[]', '{"resourceSpans":{}}', '{"resourceSpans":[{"scopeSpans":[{"spans":[{}]}]}]}', 'null'])(
  '%s is refused with the status 400',
  async (body) => {
    expect((await post('/v1/traces', body)).status).toBe(400);
    expect((await post('/api/import', body)).status).toBe(400);
  },
);

test('deeply nested values are cut, and the other spans of the request are kept', async () => {
  let value: object = { stringValue: 'deep' };
  for (let depth = 0; depth < 1_000; depth += 1) value = { arrayValue: { values: [value] } };
  const data = toOtlpJson({ spans: [span(), span({ spanId: spanIdOf(2) })] });
  const text = JSON.stringify(data).replace(
    '"attributes":[]',
    `"attributes":[{"key":"deep","value":${JSON.stringify(value)}}]`,
  );
  expect((await post('/v1/traces', text)).status).toBe(200);
  expect(viewer.traces.get(traceIdOf(1))?.spans).toHaveLength(2);
  expect((await fetch(`${viewer.url}/api/traces?q=needle`)).status).toBe(200);
});

test('integers of 64 bits, bytes, doubles and names such as __proto__ are returned as they arrived', async () => {
  const attributes = Object.fromEntries([
    ['large', 9_007_199_254_740_993n],
    ['bytes', new Uint8Array([0, 255])],
    ['double', 0.1],
    ['infinite', Infinity],
    ['nested', { list: [1, 'two', false] }],
    ['__proto__', 'own'],
  ]);
  const sent = span({ attributes });
  await post('/v1/traces', JSON.stringify(toOtlpJson({ spans: [sent] })));
  const [trace] = readTraceFile(await (await fetch(`${viewer.url}/api/traces/${traceIdOf(1)}`)).text());
  expect(trace?.spans).toEqual([sent]);
  expect(Object.keys(trace?.spans[0]?.attributes ?? {})).toContain('__proto__');
});

test('traces are searched, limited and removed', async () => {
  for (const index of [1, 2, 3]) viewer.add({ spans: [span({ traceId: traceIdOf(index), attributes: { index } })] });
  const idsOf = async (query: string): Promise<string[]> => {
    const [trace] = readTraceFile(await (await fetch(`${viewer.url}/api/traces?${query}`)).text());
    return trace!.spans.map(({ traceId }) => traceId);
  };
  expect(await idsOf('q=index%3E1')).toEqual([traceIdOf(2), traceIdOf(3)]);
  expect(await idsOf('limit=1')).toEqual([traceIdOf(3)]);
  expect((await fetch(`${viewer.url}/api/traces`, { method: 'DELETE' })).status).toBe(204);
  expect(await idsOf('')).toEqual([]);
});

test('a followed search sends only what arrives and matches', async () => {
  viewer.add({ spans: [span({ name: 'stored' })] });
  const response = await fetch(`${viewer.url}/api/traces?follow&limit=0&q=is:error`);
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
  viewer.add({ spans: [span({ name: 'fine', spanId: spanIdOf(2) })] });
  viewer.add({ spans: [span({ name: 'failed', spanId: spanIdOf(3), status: { code: 'ERROR' } })] });
  const { value = '' } = await reader.read();
  expect(readTraceFile(value)[0]?.spans.map(({ name }) => name)).toEqual(['failed']);
  await reader.cancel();
});

test('the spans that link to a trace are returned, and the exported file is an attachment', async () => {
  const link = { traceId: traceIdOf(1), spanId: spanIdOf(1), attributes: { 'fc_traced.link': 'retry' } };
  viewer.add({ spans: [span(), span({ traceId: traceIdOf(2), links: [link] })] });
  const linked = readTraceFile(await (await fetch(`${viewer.url}/api/traces/${traceIdOf(1)}/linked`)).text());
  expect(linked[0]?.spans).toMatchObject([{ traceId: traceIdOf(2), links: [link] }]);
  const html = await fetch(`${viewer.url}/api/traces/${traceIdOf(1)}.html`);
  expect(html.headers.get('content-disposition')).toContain('attachment');
  expect((await fetch(`${viewer.url}/api/traces/${traceIdOf(9)}`)).status).toBe(404);
});

test('changes are sent to open pages', async () => {
  const response = await fetch(`${viewer.url}/api/events`);
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
  await reader.read();
  viewer.add({ spans: [span()] });
  const { value = '' } = await reader.read();
  expect(JSON.parse(value.split('data: ')[1]!)).toMatchObject({
    changed: [{ traceId: traceIdOf(1), name: 'work' }],
    removed: [],
    stats: { traces: 1 },
  });
  await reader.cancel();
});
