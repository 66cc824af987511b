import { join } from 'node:path';
import { buildTraces, renderTrace } from '../../src/testing/trace-tree';
import type { SpanRecord } from '../../src/testing/trace-tree';
import { play } from '../samples/play';
import type { Played, Protocol } from '../samples/play';

const codeDir = join(__dirname, 'functions');
const event = { sku: 'teapot' };

const WARM = ['InvokeFunction', '└─ Invocation', '   └─ shop  faas.coldstart=false', '      └─ Prices.of'].join('\n');
const WITH_HOOK = [
  'InvokeFunction',
  '├─ ColdStart',
  '│  ├─ PrepareCode',
  '│  └─ RuntimeInitialization',
  '├─ cold start  faas.coldstart=true',
  '│  ├─ start process',
  '│  ├─ load modules',
  '│  └─ initialize',
  '│     ├─ build container',
  '│     └─ load tracing',
  '├─ Initializer',
  '└─ Invocation',
  '   └─ shop  faas.coldstart=true',
  '      └─ Prices.of',
].join('\n');
const WITHOUT_HOOK = [
  'InvokeFunction',
  '├─ ColdStart',
  '│  ├─ PrepareCode',
  '│  └─ RuntimeInitialization',
  '├─ cold start  faas.coldstart=true',
  '│  ├─ start process',
  '│  ├─ load modules',
  '│  └─ load tracing',
  '└─ Invocation',
  '   └─ shop  faas.coldstart=true',
  '      ├─ build container',
  '      └─ Prices.of',
].join('\n');

const find = (spans: readonly SpanRecord[], name: string): SpanRecord => spans.find((span) => span.name === name)!;
const millis = (span: SpanRecord): number => Number(span.endNanos - span.startNanos) / 1e6;

/** The rounding error in nanoseconds: Jaeger spans have whole microseconds, and a duration instead of an end. */
const ROUNDING = 2_000n;

/** The spans of `inner` that are not within the time of `outer`. */
function outside(spans: readonly SpanRecord[], outer: string, inner: readonly string[]): string[] {
  const { startNanos, endNanos } = find(spans, outer);
  return inner.filter(
    (name) => find(spans, name).startNanos < startNanos - ROUNDING || find(spans, name).endNanos > endNanos + ROUNDING,
  );
}

/** The spans that are not within the time of their parent. */
function outsideOfParents(spans: readonly SpanRecord[]): string[] {
  return spans
    .filter((span) => {
      const parent = spans.find(({ spanId }) => spanId === span.parentSpanId);
      if (parent === undefined) return false;
      return span.startNanos < parent.startNanos - ROUNDING || span.endNanos > parent.endNanos + ROUNDING;
    })
    .map(({ name }) => name);
}

/** Expects that each span ends before the next one starts. */
function expectInOrder(spans: readonly SpanRecord[], names: readonly string[]): void {
  const early = names
    .slice(1)
    .filter((name, index) => find(spans, name).startNanos < find(spans, names[index]!).endNanos - ROUNDING);
  expect(early).toEqual([]);
}

describe.each<Protocol>(['jaeger', 'otlp'])('over %s', (protocol) => {
  let hooked: Played;
  let plain: Played;
  beforeAll(async () => {
    hooked = await play('shop', protocol, [event, event], {
      codeDir,
      handler: 'shop.handler',
      initializer: 'shop.initialize',
      freeze: true,
    });
    plain = await play('shop', protocol, [event, event], { codeDir, handler: 'shop.handler', freeze: true });
  });

  function treesOf({ calls, spans }: Played): string[] {
    return calls.map(({ traceId }) => {
      const [only, ...others] = buildTraces(spans.filter((span) => span.traceId === traceId));
      expect(others).toEqual([]);
      const isOurs = ({ resource }: SpanRecord): boolean => resource['service.name'] !== 'fc.platform';
      return renderTrace(only!, {
        note: (span) =>
          isOurs(span) && 'faas.coldstart' in span.attributes
            ? `faas.coldstart=${String(span.attributes['faas.coldstart'])}`
            : '',
      });
    });
  }

  test('with an initializer, the trace of the cold call contains the cold start; that of the warm call does not', () => {
    expect(hooked.calls.map(({ body }) => body)).toEqual(['12', '12']);
    expect(treesOf(hooked)).toEqual([WITH_HOOK, WARM]);
  });

  test('without an initializer, the container is built in the invocation span, and tracing is loaded before it', () => {
    expect(plain.calls.map(({ body }) => body)).toEqual(['12', '12']);
    expect(treesOf(plain)).toEqual([WITHOUT_HOOK, WARM]);
  });

  test('with an initializer, the phases are within the spans of FC and follow one another', () => {
    const { spans } = hooked;
    expect(outside(spans, 'RuntimeInitialization', ['start process'])).toEqual([]);
    expect(outside(spans, 'Initializer', ['load modules', 'initialize'])).toEqual([]);
    expect(outside(spans, 'cold start', ['start process', 'load modules', 'initialize'])).toEqual([]);
    expect(outside(spans, 'initialize', ['build container', 'load tracing'])).toEqual([]);
    expectInOrder(spans, ['start process', 'load modules', 'build container', 'load tracing', 'shop']);
    expectInOrder(spans, ['cold start', 'shop']);
  });

  test('without an initializer, the phases are within the spans of FC and follow one another', () => {
    const { spans } = plain;
    expect(outside(spans, 'RuntimeInitialization', ['start process'])).toEqual([]);
    expect(outside(spans, 'Invocation', ['load modules', 'load tracing'])).toEqual([]);
    expect(outside(spans, 'cold start', ['start process', 'load modules', 'load tracing'])).toEqual([]);
    expect(outside(spans, 'shop', ['build container', 'Prices.of'])).toEqual([]);
    expectInOrder(spans, ['start process', 'load modules', 'load tracing', 'build container', 'Prices.of']);
    expectInOrder(spans, ['cold start', 'shop']);
  });

  test('each span is within the time of its parent, FC’s spans included', () => {
    for (const { spans } of [hooked, plain]) expect(outsideOfParents(spans)).toEqual([]);
  });

  test('a module that takes 200 ms and a singleton that takes 5 ms count in their phases', () => {
    for (const { spans } of [hooked, plain]) {
      expect(millis(find(spans, 'load modules'))).toBeGreaterThanOrEqual(200);
      expect(millis(find(spans, 'build container'))).toBeGreaterThanOrEqual(5);
      expect(millis(find(spans, 'build container'))).toBeLessThan(200);
      expect(millis(find(spans, 'start process'))).toBeGreaterThan(0);
    }
  });

  test('the spans of the cold start reach the collector before the answer', () => {
    expect(hooked.calls[0]!.atAnswer).toEqual(
      expect.arrayContaining([
        'cold start',
        'start process',
        'load modules',
        'initialize',
        'build container',
        'load tracing',
        'shop',
      ]),
    );
  });
});
