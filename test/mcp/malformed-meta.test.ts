import { trace } from '@opentelemetry/api';
import { traceMcpServer } from 'fc-traced/mcp';
import { fakeFcContext, recordTraces } from 'fc-traced/testing';
import { takeCounts } from '../../src/diagnostics';
import { inInvocation, spansOf } from './traced-pair';
import { inMemory } from './transports';
import { callTool, GENERATIONS, weatherClient, weatherServer } from './weather';

const traces = recordTraces();
beforeEach(() => void takeCounts());
afterEach(() => traces.clear());
afterAll(() => traces.stop());

const TRACE = 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa';
const PARENT = `00-${TRACE}-bbbbbbbbbbbbbbbb-01`;

/** The content of `_meta`, the number of malformed parts, and the trace id of the parent. */
const CASES: readonly (readonly [string, object, number, string | undefined])[] = [
  ['values that are not strings', { traceparent: 7, tracestate: {}, baggage: [] }, 3, undefined],
  ['null and undefined', { traceparent: null, baggage: undefined }, 1, undefined],
  ['a malformed traceparent', { traceparent: 'hello' }, 1, undefined],
  ['ids that are all zero', { traceparent: `00-${'0'.repeat(32)}-${'0'.repeat(16)}-01` }, 1, undefined],
  ['a traceparent of two megabytes', { traceparent: '0'.repeat(2 << 20) }, 1, undefined],
  ['baggage of two megabytes', { traceparent: PARENT, baggage: 'a=b,'.repeat(1 << 19) }, 1, TRACE],
  ['a malformed tracestate', { traceparent: PARENT, tracestate: 'no, no' }, 1, TRACE],
  [
    'baggage with names of Object.prototype as keys',
    { traceparent: PARENT, baggage: '__proto__=x,constructor=y' },
    0,
    TRACE,
  ],
  ['keys in another case', { Traceparent: PARENT, TRACEPARENT: PARENT }, 0, undefined],
  ['other keys', { 'com.example/traceparent': PARENT, progress: { deep: [1, { more: true }] } }, 0, undefined],
  [
    'names of Object.prototype as keys',
    JSON.parse(
      `{"__proto__":{"traceparent":"${PARENT}"},"constructor":{"prototype":{"traceparent":"${PARENT}"}}}`,
    ) as object,
    0,
    undefined,
  ],
  [
    'ten thousand keys',
    Object.fromEntries(Array.from({ length: 10_000 }, (_, index) => [`key${index}`, index])),
    0,
    undefined,
  ],
];

describe.each(GENERATIONS)('%s', (generation) => {
  test.each(CASES)(
    '_meta with %s: the call works, and malformed parts are counted',
    async (_name, _meta, counted, traceId) => {
      const connection = await inMemory(generation, () => traceMcpServer(weatherServer(generation)));
      const client = weatherClient(generation);
      await client.connect(connection.transport());
      traces.clear();
      takeCounts();
      const answer = await callTool(generation, client, 'weather', { city: 'Ulm' }, { _meta });
      expect(answer.content).toEqual([{ type: 'text', text: 'sunny in Ulm' }]);
      expect(takeCounts()?.['fc_traced.malformed_carriers'] ?? 0).toBe(counted);
      const [call] = spansOf(traces, 'tools/call weather');
      expect(call!.parentSpanId).toBe(traceId && 'bbbbbbbbbbbbbbbb');
      if (traceId !== undefined) expect(call!.traceId).toBe(traceId);
      expect(({} as { traceparent?: unknown }).traceparent).toBeUndefined();
      await connection.close();
    },
  );

  test("a traced client keeps the other keys of _meta, and does not change the program's object", async () => {
    const connection = await inMemory(generation, () => weatherServer(generation));
    const { traceMcpClient } = await import('fc-traced/mcp');
    const client = traceMcpClient(weatherClient(generation));
    await client.connect(connection.transport());
    const _meta = Object.freeze({
      'com.example/tenant': { id: 7 },
      traceparent: PARENT,
      tracestate: 'stale=1',
      list: Object.freeze([1]),
    });
    const answer = await inInvocation(() => callTool(generation, client, 'meta', {}, { _meta }), fakeFcContext());
    expect(_meta).toEqual({ 'com.example/tenant': { id: 7 }, traceparent: PARENT, tracestate: 'stale=1', list: [1] });
    const { spanId, traceId } = spansOf(traces, 'tools/call meta')[0]!;
    expect(JSON.parse(answer.content[0].text)).toEqual({
      'com.example/tenant': { id: 7 },
      list: [1],
      traceparent: expect.stringMatching(`^00-${traceId}-${spanId}-0[13]$`) as string,
      tracestate: 'ot=th:0',
    });
    await connection.close();
  });
});

test('no span links to its own parent', async () => {
  for (const generation of GENERATIONS) {
    const connection = await inMemory(generation, () => traceMcpServer(weatherServer(generation)));
    const client = weatherClient(generation);
    await client.connect(connection.transport());
    await inInvocation(async () => {
      const { traceId, spanId } = trace.getActiveSpan()!.spanContext();
      // The program sets _meta itself.
      await callTool(
        generation,
        client,
        'weather',
        { city: 'Ulm' },
        { _meta: { traceparent: `00-${traceId}-${spanId}-01` } },
      );
    });
    await connection.close();
  }
  expect(
    traces.spans().filter(({ links, parentSpanId }) => links.some(({ spanId }) => spanId === parentSpanId)),
  ).toEqual([]);
  expect(spansOf(traces, 'tools/call weather').map(({ links }) => links.length)).toEqual([0, 0]);
});
