import { join } from 'node:path';
import { buildTraces, renderTrace } from '../../src/testing/trace-tree';
import type { SpanRecord } from '../../src/testing/trace-tree';
import { inFreshProcess, root } from '../package/fresh-process';
import { play } from '../samples/play';
import type { Protocol } from '../samples/play';

const codeDir = join(__dirname, 'functions');
/** The time in milliseconds of a module that is the slowest even on a busy machine. */
const SLOW = 1_000;

async function coldSpans(
  slowest: string,
  handler = 'shop.handler',
  { protocol = 'otlp', slowMillis = 200 }: { protocol?: Protocol; slowMillis?: number } = {},
): Promise<readonly SpanRecord[]> {
  const { calls, spans } = await play('shop', protocol, [{ sku: 'teapot' }], {
    codeDir,
    handler,
    env: { TRACED_SLOWEST_MODULES: slowest, SLOW_MILLIS: String(slowMillis) },
  });
  expect(calls[0]!.body).toBe('12');
  return spans;
}

const required = (spans: readonly SpanRecord[]): SpanRecord[] =>
  spans.filter(({ name }) => name.startsWith('require '));
const millis = ({ startNanos, endNanos }: SpanRecord): number => Number(endNanos - startNanos) / 1e6;
const own = ({ attributes }: SpanRecord): number => attributes['fc_traced.own_milliseconds'] as number;
const slowestOf = (spans: readonly SpanRecord[]): SpanRecord =>
  [...required(spans)].sort((a, b) => own(b) - own(a))[0]!;

test.each<Protocol>(['jaeger', 'otlp'])(
  'over %s, a module that takes a second is the slowest, below the module that required it',
  async (protocol) => {
    const spans = await coldSpans('1', 'shop.handler', { protocol, slowMillis: SLOW });
    const [slowest, ...others] = required(spans);
    expect(others).toEqual([]);
    expect(slowest).toMatchObject({ name: 'require slow-rates', kind: 'internal' });
    expect(millis(slowest!)).toBeGreaterThanOrEqual(SLOW);
    expect(own(slowest!)).toBeGreaterThanOrEqual(SLOW);
    const [trace] = buildTraces(spans);
    expect(renderTrace(trace!)).toContain(
      ['│  ├─ load modules', '│  │  └─ require slow-rates', '│  └─ load tracing'].join('\n'),
    );
  },
);

test('a CommonJS module that is imported is recorded too', async () => {
  expect(slowestOf(await coldSpans('3', 'shop-module.handler', { slowMillis: SLOW }))).toMatchObject({
    name: 'require slow-rates.js',
  });
});

test('packages are named as they were required, below the package that required them and within its time', async () => {
  const spans = await coldSpans('100');
  const byName = new Map(required(spans).map((span) => [span.name, span]));
  const [fcTraced, tsyringe] = [byName.get('require fc-traced')!, byName.get('require tsyringe')!];
  expect(tsyringe.parentSpanId).toBe(fcTraced.spanId);
  expect(fcTraced.parentSpanId).toBe(spans.find(({ name }) => name === 'load modules')!.spanId);
  expect([tsyringe.startNanos >= fcTraced.startNanos, tsyringe.endNanos <= fcTraced.endNanos]).toEqual([true, true]);
  expect(own(fcTraced)).toBeLessThan(millis(fcTraced) - millis(tsyringe) + 0.01);
});

test('no span contains an absolute path', async () => {
  const spans = await coldSpans('100', 'shop-module.handler');
  const ours = JSON.stringify(spans.map(({ name, attributes }) => ({ name, attributes })));
  expect(required(spans).length).toBeGreaterThan(3);
  expect(ours).not.toContain(root);
  expect(required(spans).filter(({ name }) => /^require (\/|\.|[A-Z]:)/.test(name))).toEqual([]);
});

test.each(['0', ''])('with TRACED_SLOWEST_MODULES=%j no module is shown', async (value) => {
  expect(required(await coldSpans(value))).toEqual([]);
});

test.each(['many', '-1', '101', '1.5'])('TRACED_SLOWEST_MODULES=%s is ignored with one warning', async (value) => {
  const { warnings, isReplaced } = await inFreshProcess<{ warnings: string[]; isReplaced: boolean }>(
    `
    const Module = require('node:module');
    const { _load } = Module;
    const warnings = [];
    const { diag, DiagLogLevel } = require('@opentelemetry/api');
    const { createHandler } = require(dist + 'index.js');
    const { invoke } = require(dist + 'testing.js');
    diag.setLogger({ verbose() {}, debug() {}, info() {}, warn: (text) => warnings.push(text), error() {} }, DiagLogLevel.WARN);
    await invoke(createHandler(class { handle() {} }).handler);
    report({ warnings: warnings.filter((text) => text.includes('TRACED_')), isReplaced: Module._load !== _load });
  `,
    { TRACED_SLOWEST_MODULES: value },
  );
  expect(warnings).toEqual(['fc-traced: TRACED_SLOWEST_MODULES is not an integer from 0 to 100 and is ignored']);
  expect(isReplaced).toBe(false);
});
