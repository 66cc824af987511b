import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildTraces, renderTrace } from '../../src/testing/trace-tree';
import type { SpanRecord } from '../../src/testing/trace-tree';
import { play } from './play';
import type { Played, Protocol } from './play';

const folder = join(__dirname, '..', '..', 'samples', 'orders');
const order = JSON.parse(readFileSync(join(folder, 'event.json'), 'utf8')) as Record<string, unknown>;
const EVENTS = [order, { ...order, id: 'A-1002' }, { ...order, id: 'A-1003', quantity: 500 }];
const SHOWN = ['faas.coldstart', 'order.sku', 'order.quantity', 'order.shelf'];

const played: Partial<Record<Protocol, Played>> = {};
beforeAll(async () => {
  for (const protocol of ['jaeger', 'otlp'] as const) {
    played[protocol] = await play('orders', protocol, EVENTS, { initializer: 'handler.initialize', freeze: true });
  }
});

function treesOf({ calls, spans }: Played): string[] {
  const traces = buildTraces(spans);
  return calls.map(({ traceId }) =>
    renderTrace(
      traces.find((trace) => trace.traceId === traceId)!,
      { attributes: SHOWN },
    ),
  );
}

const SHIPPED = [
  '      ├─ Stock.reserve  order.sku="teapot"  order.quantity=2',
  '      └─ ship',
  '         └─ print label  order.shelf="shelf-6"',
];
const COLD = [
  'InvokeFunction  faas.coldstart=true',
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
  '   └─ orders  faas.coldstart=true',
  ...SHIPPED,
].join('\n');
const WARM = [
  'InvokeFunction  faas.coldstart=false',
  '└─ Invocation',
  '   └─ orders  faas.coldstart=false',
  ...SHIPPED,
].join('\n');
const MESSAGE = '500 of teapot were ordered, 10 are left';
const FAILED = [
  'InvokeFunction  faas.coldstart=false',
  '└─ Invocation',
  `   └─ orders  ERROR "${MESSAGE}"  faas.coldstart=false`,
  `      └─ Stock.reserve  ERROR "${MESSAGE}"  order.sku="teapot"  order.quantity=500`,
].join('\n');

describe.each<Protocol>(['jaeger', 'otlp'])('orders over %s', (protocol) => {
  test('the caller sees two orders shipped and the third failed', () => {
    expect(played[protocol]!.calls.map(({ ok, body }) => (ok ? (JSON.parse(body) as unknown) : 'failed'))).toEqual([
      { order: 'A-1001', parcel: 'parcel-A-1001' },
      { order: 'A-1002', parcel: 'parcel-A-1002' },
      'failed',
    ]);
    expect(played[protocol]!.calls[2]!.error).toMatchObject({ errorType: 'OutOfStock', errorMessage: MESSAGE });
  });

  test('each call is one complete trace: cold, warm and failing', () => {
    expect(treesOf(played[protocol]!)).toEqual([COLD, WARM, FAILED]);
    expect(buildTraces(played[protocol]!.spans)).toHaveLength(3);
  });

  test('the failure is recorded once, on the span where it happened', () => {
    const events = played[protocol]!.spans.flatMap((span: SpanRecord) =>
      span.events.map((event) => [span.name, event.name, event.attributes['exception.message']]),
    );
    expect(events).toEqual([['Stock.reserve', 'exception', MESSAGE]]);
  });

  test('the function’s spans are at the collector at each response, although the process is stopped then', () => {
    const counts = played[protocol]!.calls.map(
      ({ atAnswer }) =>
        atAnswer.filter((name) => ['orders', 'Stock.reserve', 'ship', 'print label'].includes(name)).length,
    );
    expect(counts).toEqual([4, 8, 10]);
  });

  test('no trace contains credentials of the context', () => {
    const everything = JSON.stringify(played[protocol]!.spans, (_key, value: unknown) =>
      typeof value === 'bigint' ? String(value) : value,
    );
    expect(everything).toContain('order.sku');
    expect(everything).not.toContain('FAKE-');
  });
});

test('the README shows the cold and the failing trace', () => {
  const readme = readFileSync(join(folder, 'README.md'), 'utf8');
  expect(readme).toContain(COLD);
  expect(readme).toContain(FAILED);
});

test('both protocols result in the same traces', () => {
  expect(treesOf(played.jaeger!)).toEqual(treesOf(played.otlp!));
});
