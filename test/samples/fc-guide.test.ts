import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildTraces, renderTrace } from '../../src/testing/trace-tree';
import { play } from './play';
import type { Protocol } from './play';

const folder = join(__dirname, '..', '..', 'samples', 'fc-guide');
const event: unknown = JSON.parse(readFileSync(join(folder, 'event.json'), 'utf8'));

const WARM = ['InvokeFunction', '└─ Invocation', '   └─ fc-operation', '      └─ child'];
const COLD = [
  'InvokeFunction',
  '├─ ColdStart',
  '│  ├─ PrepareCode',
  '│  └─ RuntimeInitialization',
  '├─ cold start',
  '│  ├─ start process',
  '│  ├─ load modules',
  '│  └─ load tracing',
  '└─ Invocation',
  '   └─ fc-operation',
  '      ├─ build container',
  '      └─ child',
];

test('the program of FC’s tracing guide takes at most 15 lines', () => {
  const lines = readFileSync(join(folder, 'handler.ts'), 'utf8')
    .split('\n')
    .filter((line) => line.trim() !== '');
  expect(lines.length).toBeLessThanOrEqual(15);
});

test('the README shows the trace of a warm call', () => {
  expect(readFileSync(join(folder, 'README.md'), 'utf8')).toContain(WARM.join('\n'));
});

describe.each<Protocol>(['jaeger', 'otlp'])('over %s', (protocol) => {
  test('FC’s span is on top, then fc-operation, then child', async () => {
    const { calls, spans, requests } = await play('fc-guide', protocol, [event, event]);
    expect(calls.map(({ ok, body, coldStart }) => ({ ok, body, coldStart }))).toEqual([
      { ok: true, body: 'hello world', coldStart: true },
      { ok: true, body: 'hello world', coldStart: false },
    ]);
    const traces = buildTraces(spans);
    const treeOf = (index: number): string[] =>
      renderTrace(traces.find((trace) => trace.traceId === calls[index]!.traceId)!).split('\n');
    expect(treeOf(0)).toEqual(COLD);
    expect(treeOf(1)).toEqual(WARM);
    expect(traces).toHaveLength(2);
    expect(requests[protocol === 'jaeger' ? 'otlp' : 'jaeger']).toBe(0);
    expect(requests.rejected).toBe(0);
  });

  test.each<[string, object]>([
    ['the instance keeps running', { freeze: false }],
    ['the process is stopped at the response', { freeze: true }],
    ['the process is stopped at the response, which is a promise', { freeze: true, handlerStyle: 'promise' }],
    ['the process is stopped at the response, in FC 2.0', { freeze: true, generation: '2.0' }],
  ])('its spans are at the collector before the response when %s', async (_when, options) => {
    const { calls } = await play('fc-guide', protocol, [event], options);
    expect([...calls[0]!.atAnswer].sort()).toEqual([
      'build container',
      'child',
      'cold start',
      'fc-operation',
      'load modules',
      'load tracing',
      'start process',
    ]);
  });
});
