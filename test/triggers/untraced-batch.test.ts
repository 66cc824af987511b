import { contextSource, inFreshProcess } from '../package/fresh-process';

const LOADED = `const loaded = () => Object.keys(require.cache).map((file) => file.replace(/\\\\/g, '/'));`;
const SDK =
  /\/node_modules\/@opentelemetry\/(?!api\/)|\/node_modules\/jaeger-client\/|\/chunk-(?:sdk|otlp|jaeger)\.js$/;
const unsampled = contextSource({
  openTracingSpanContext: '124ed43254b54966:124ed43254b54966:0:0',
  jaegerEndpoint: 'http://127.0.0.1:1/api/traces',
});

/** The files that an invocation loads, in a new process with the built package. */
async function loadedFor(event: string): Promise<{ answer: unknown; files: string[]; triggers: string[] }> {
  const seen = await inFreshProcess<{ answer: unknown; files: string[] }>(`
    ${LOADED}
    const { createHandler, forEachRecord } = require(dist + 'index.js');
    let calls = 0;
    class Orders { async handle(event) { await forEachRecord(event, () => { calls += 1; }); return calls; } }
    const { handler } = createHandler(Orders, { http: false });
    const answer = await handler(${event}, ${unsampled});
    report({ answer, files: loaded() });`);
  return {
    ...seen,
    triggers: seen.files.flatMap((file) => /\/chunk-(tablestore|triggers|http)\.js$/.exec(file)?.[1] ?? []),
  };
}

const json = (value: string): string => `Buffer.from(JSON.stringify(${value}))`;
const KAFKA = `Array.from({ length: 1000 }, (_, offset) => ({ specversion: '1.0', type: 'alikafka:Topic:Message', id: 'k' + offset, source: 's',
  data: { topic: 'orders', partition: 1, offset, headers: { headers: [{ key: 'traceparent', value: '00-' + 'a'.repeat(32) + '-' + 'b'.repeat(16) + '-01' }] }, value: '{}' } }))`;

test('a batch of 1,000 records in an invocation that is not sampled loads no SDK, and no file that makes spans', async () => {
  const { answer, files } = await loadedFor(json(KAFKA));
  expect(answer).toBe(1_000);
  expect(files.filter((file) => SDK.test(file) || /\/chunk-batches\.js$/.test(file))).toEqual([]);
});

test.each<[string, string, string[]]>([
  [
    'an HTTP request',
    `{ version: 'v1', rawPath: '/', headers: {}, requestContext: { http: { method: 'GET' } } }`,
    ['http'],
  ],
  ['a time trigger', `{ triggerTime: '2026-11-02T08:15:30Z', triggerName: 'nightly', payload: '' }`, ['triggers']],
  ['an event of OSS', `{ events: [{ eventSource: 'acs:oss' }] }`, ['triggers']],
  ['a batch of Kafka', KAFKA, ['triggers']],
  ['an event of no known shape', '{ order: 7 }', []],
])('%s loads the file of triggers only if it is needed, and no decoder', async (_, event, expected) => {
  const { triggers } = await loadedFor(json(event));
  expect(triggers).toEqual(expected);
});

test('an event of Tablestore loads the decoder of CBOR, without a native addon', async () => {
  const { answer, files, triggers } = await loadedFor(
    `Buffer.from('\\xa2\\x67Version\\x67Sync-v1\\x67Records\\x81\\xa0', 'latin1')`,
  );
  expect(answer).toBe(1);
  expect(triggers).toContain('tablestore');
  expect(files.filter((file) => /\/(cbor-x|cbor-extract)\//.test(file))).toEqual([]);
});
