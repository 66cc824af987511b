import { trace } from '@opentelemetry/api';
import { traceMcpServer } from 'fc-traced/mcp';
import { fakeFcContext, recordTraces } from 'fc-traced/testing';
import { takeCounts } from '../../src/diagnostics';
import { inInvocation, spansOf } from './asking';
import { inMemory } from './links';
import { callTool, GENERATIONS, weatherClient, weatherServer } from './weather';

const traces = recordTraces();
beforeEach(() => void takeCounts());
afterEach(() => traces.clear());
afterAll(() => traces.stop());

const TRACE = 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa';
const PARENT = `00-${TRACE}-bbbbbbbbbbbbbbbb-01`;

/** What is in `_meta`, how much of it is counted, and whose child the call is. */
const RUBBISH: readonly (readonly [string, object, number, string | undefined])[] = [
  ['no text', { traceparent: 7, tracestate: {}, baggage: [] }, 3, undefined],
  ['null and nothing', { traceparent: null, baggage: undefined }, 1, undefined],
  ['a text that is no traceparent', { traceparent: 'hello' }, 1, undefined],
  ['ids that are all zero', { traceparent: `00-${'0'.repeat(32)}-${'0'.repeat(16)}-01` }, 1, undefined],
  ['a traceparent of two megabytes', { traceparent: '0'.repeat(2 << 20) }, 1, undefined],
  ['baggage of two megabytes', { traceparent: PARENT, baggage: 'a=b,'.repeat(1 << 19) }, 1, TRACE],
  ['a tracestate that is none', { traceparent: PARENT, tracestate: 'no, no' }, 1, TRACE],
  ['baggage with a prototype for a key', { traceparent: PARENT, baggage: '__proto__=x,constructor=y' }, 0, TRACE],
  ['other spellings', { Traceparent: PARENT, TRACEPARENT: PARENT }, 0, undefined],
  [
    'members that belong to others',
    { 'com.example/traceparent': PARENT, progress: { deep: [1, { more: true }] } },
    0,
    undefined,
  ],
  [
    'the keys of a prototype',
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
  test.each(RUBBISH)(
    '_meta with %s: the call works, and what cannot be read is counted',
    async (_name, _meta, counted, traceId) => {
      const link = await inMemory(generation, () => traceMcpServer(weatherServer(generation)));
      const client = weatherClient(generation);
      await client.connect(link.transport());
      traces.clear();
      takeCounts();
      const answer = await callTool(generation, client, 'weather', { city: 'Ulm' }, { _meta });
      expect(answer.content).toEqual([{ type: 'text', text: 'sunny in Ulm' }]);
      expect(takeCounts()?.['fc_traced.malformed_carriers'] ?? 0).toBe(counted);
      const [call] = spansOf(traces, 'tools/call weather');
      expect(call!.parentSpanId).toBe(traceId && 'bbbbbbbbbbbbbbbb');
      if (traceId !== undefined) expect(call!.traceId).toBe(traceId);
      expect(({} as { traceparent?: unknown }).traceparent).toBeUndefined();
      await link.close();
    },
  );

  test('a traced client leaves the other keys of _meta, and the object of the program, as they are', async () => {
    const link = await inMemory(generation, () => weatherServer(generation));
    const { traceMcpClient } = await import('fc-traced/mcp');
    const client = traceMcpClient(weatherClient(generation));
    await client.connect(link.transport());
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
    });
    await link.close();
  });
});

test('no span is a link of its own parent', async () => {
  for (const generation of GENERATIONS) {
    const link = await inMemory(generation, () => traceMcpServer(weatherServer(generation)));
    const client = weatherClient(generation);
    await client.connect(link.transport());
    await inInvocation(async () => {
      const { traceId, spanId } = trace.getActiveSpan()!.spanContext();
      // A program that passes the trace on by hand.
      await callTool(
        generation,
        client,
        'weather',
        { city: 'Ulm' },
        { _meta: { traceparent: `00-${traceId}-${spanId}-01` } },
      );
    });
    await link.close();
  }
  expect(
    traces.spans().filter(({ links, parentSpanId }) => links.some(({ spanId }) => spanId === parentSpanId)),
  ).toEqual([]);
  expect(spansOf(traces, 'tools/call weather').map(({ links }) => links.length)).toEqual([0, 0]);
});
