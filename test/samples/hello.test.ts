import { expectTrace, fakeFcContext, invoke, recordTraces } from 'fc-traced/testing';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { handler } from '../../samples/hello/handler';
import { buildTraces, renderTrace } from '../../src/testing/trace-tree';
import { play } from './play';
import type { Protocol } from './play';

const folder = join(__dirname, '..', '..', 'samples', 'hello');
const event: unknown = JSON.parse(readFileSync(join(folder, 'event.json'), 'utf8'));

const WARM = ['InvokeFunction', '└─ Invocation', '   └─ hello', '      └─ Greeter.greet'];
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
  '   └─ hello',
  '      ├─ build container',
  '      └─ Greeter.greet',
];

test('the smallest program has eighteen lines', () => {
  expect(readFileSync(join(folder, 'handler.ts'), 'utf8').trimEnd().split('\n')).toHaveLength(18);
});

test('the README shows the traces of a warm and a cold call', () => {
  const readme = readFileSync(join(folder, 'README.md'), 'utf8');
  expect(readme).toContain(WARM.join('\n'));
  expect(readme).toContain(COLD.join('\n'));
});

test('a greeting is one trace', async () => {
  const traces = recordTraces();
  const context = fakeFcContext({ function: { name: 'hello' } });

  expect(await invoke(handler, { name: 'world' }, context)).toBe('Hello world');

  expectTrace(traces.only()).toMatchTree(`
    hello
      Greeter.greet
  `);
  traces.stop();
});

test.each<Protocol>(['jaeger', 'otlp'])(
  'over %s, FC’s span is on top, then hello, then Greeter.greet',
  async (protocol) => {
    const { calls, spans } = await play('hello', protocol, [event, event]);
    expect(calls.map(({ ok, body }) => ({ ok, body }))).toEqual([
      { ok: true, body: 'Hello world' },
      { ok: true, body: 'Hello world' },
    ]);
    const traces = buildTraces(spans);
    const treeOf = (index: number): string[] =>
      renderTrace(traces.find((trace) => trace.traceId === calls[index]!.traceId)!).split('\n');
    expect([treeOf(0), treeOf(1)]).toEqual([COLD, WARM]);
  },
);
