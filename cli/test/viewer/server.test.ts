import { request } from 'node:http';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { renderTraceHtml, toOtlpJson } from '../../src/viewer/export';
import type { ViewerSpan } from '../../src/viewer/model/span';
import { startViewer } from '../../src/viewer/server';
import type { Viewer, ViewerOptions } from '../../src/viewer/server';
import { readTraceFile } from '../../src/viewer/trace-file';
import { span, traceIdOf } from './spans';

let viewer: Viewer;
const start = async (options: ViewerOptions = {}): Promise<void> => {
  viewer = await startViewer(options);
};
afterEach(() => viewer.close());

const post = (path: string, body: BodyInit, headers: Record<string, string> = {}): Promise<Response> =>
  fetch(viewer.url + path, { method: 'POST', body, headers: { 'content-type': 'application/json', ...headers } });
const otlp = (...spans: ViewerSpan[]): string => JSON.stringify(toOtlpJson({ spans }));

/** The status of a request with any headers: `fetch` does not send `Host` and `Origin` as given. */
const statusOf = promisify(
  (method: string, path: string, headers: Record<string, string>, done: (error: unknown, status: number) => void) => {
    const sent = request(viewer.url + path, { method, headers }, (response) => {
      response.resume();
      done(undefined, response.statusCode ?? 0);
    });
    sent.on('error', (error) => done(error, 0)).end();
  },
);

test('spans that arrive as OTLP JSON, also compressed, are returned unchanged', async () => {
  await start();
  const [first, second] = [span({ name: 'one' }), span({ name: 'two', spanId: '2'.repeat(16) })];
  expect((await post('/v1/traces', otlp(first))).status).toBe(200);
  expect(
    (await post('/v1/traces', new Uint8Array(gzipSync(otlp(second))), { 'content-encoding': 'gzip' })).status,
  ).toBe(200);

  const trace = await (await fetch(`${viewer.url}/api/traces/${first.traceId}`)).text();
  expect(trace).toBe(otlp(first, second));
});

test.each([
  ['GET', '/', { host: 'evil.example:4318' }],
  ['GET', '/api/traces', { host: 'localhost.evil.example' }],
  ['POST', '/v1/traces', { host: 'evil.example' }],
  ['POST', '/v1/traces', { origin: 'http://evil.example' }],
  ['POST', '/api/import', { origin: 'null' }],
  ['DELETE', '/api/traces', { origin: 'http://localhost:1' }],
  ['GET', '/api/traces', { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors' }],
])('%s %s with %j is refused', async (method, path, headers) => {
  await start();
  expect(await statusOf(method, path, headers)).toBe(403);
});

test.each([
  ['GET', '/', { host: 'localhost:9000' }, 200],
  ['GET', '/', { host: '[::1]:9000' }, 200],
  ['GET', '/', { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' }, 200],
  ['DELETE', '/api/traces', { host: 'localhost:9000', origin: 'http://localhost:9000' }, 204],
])('%s %s with %j is answered', async (method, path, headers, status) => {
  await start();
  expect(await statusOf(method, path, headers)).toBe(status);
});

test('over the limit, the oldest traces are removed, and the statistics say so', async () => {
  await start({ maxBytes: 20_000 });
  for (let index = 0; index < 40; index += 1) viewer.add({ spans: [span({ traceId: traceIdOf(index) })] });
  const { summaries, stats } = (await (await fetch(`${viewer.url}/api/summaries`)).json()) as {
    summaries: { traceId: string }[];
    stats: { bytes: number; traces: number; removedTraces: number };
  };
  expect(stats.bytes).toBeLessThanOrEqual(20_000);
  expect(stats.removedTraces).toBeGreaterThan(0);
  expect(summaries).toHaveLength(40 - stats.removedTraces);
  expect(summaries[0]?.traceId).toBe(traceIdOf(39));
});

test('a followed list sends the stored traces, and then each received one, a line each', async () => {
  await start();
  viewer.add({ spans: [span({ name: 'stored' })] });
  const response = await fetch(`${viewer.url}/api/traces?follow`);
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
  expect((await reader.read()).value).toContain('"name":"stored"');
  viewer.add({ spans: [span({ name: 'received', spanId: '2'.repeat(16) })] });
  const line = (await reader.read()).value;
  expect(line).toContain('"name":"received"');
  expect(line?.endsWith('}\n')).toBe(true);
  await reader.cancel();
});

test('an exported HTML file contains its trace, has no other markup of it, and can be imported', async () => {
  await start();
  const hostile = span({
    name: '</script><script>alert(1)</script><!--',
    attributes: { '<img src=x>': '<svg onload=a>' },
  });
  const html = renderTraceHtml({ spans: [hostile] });
  expect(html).not.toContain('alert(1)</script>');
  expect(html).not.toContain('<img');
  expect(readTraceFile(html)).toEqual([{ spans: [hostile], logs: [] }]);
  expect(await (await post('/api/import', html)).json()).toEqual({ traceIds: [hostile.traceId] });
  expect(viewer.traces.get(hostile.traceId)?.spans).toEqual([hostile]);
});
