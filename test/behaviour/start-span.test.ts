import { diag, SpanKind } from '@opentelemetry/api';
import { createHandler, currentSpan, Handler, startSpan, Traced } from 'fc-traced';
import { expectTrace, fakeFcContext, invoke, recordTraces } from 'fc-traced/testing';

const traces = recordTraces();
afterEach(() => traces.clear());
afterAll(() => traces.stop());

class Orders {
  @Traced()
  call<T>(work: () => T): T {
    return work();
  }
}
const orders = new Orders();

test('using ends the span with its block', () => {
  orders.call(() => {
    using charging = startSpan('charge', {
      kind: SpanKind.CLIENT,
      attributes: { payment: { method: 'card', token: 't' } },
    });
    charging.addEvent('accepted');
    expect(traces.spans()).toEqual([]);
  });
  expectTrace(traces.only()).toMatchTree({
    name: 'Orders.call',
    children: [
      {
        name: 'charge',
        kind: 'client',
        attributes: { 'payment.method': 'card', 'payment.token': '[redacted]' },
        events: ['accepted'],
      },
    ],
  });
});

test('kind is a name or a number of OpenTelemetry; with an invalid one the span is internal, and a warning is logged', () => {
  const lines: string[] = [];
  diag.setLogger(
    { error() {}, warn: (line) => void lines.push(line), info() {}, debug() {}, verbose() {} },
    { suppressOverrideMessage: true },
  );
  orders.call(() => {
    startSpan('by name', { kind: 'client' }).end();
    startSpan('by number', { kind: SpanKind.PRODUCER }).end();
    startSpan('invalid', { kind: 'remote' as never }).end();
  });
  diag.disable();
  expectTrace(traces.only()).toMatchTree({
    name: 'Orders.call',
    children: [
      { name: 'by name', kind: 'client' },
      { name: 'by number', kind: 'producer' },
      { name: 'invalid', kind: 'internal' },
    ],
  });
  expect(lines).toEqual([
    'fc-traced: the option "kind" of startSpan is not one of internal, server, client, producer, consumer; the kind of the span is internal',
  ]);
});

test('using ends the span at an early return, and at an error, which reaches the caller', () => {
  const work = (early: boolean): string => {
    using _span = startSpan('work');
    if (early) return 'early';
    throw new Error('late');
  };
  expect(orders.call(() => work(true))).toBe('early');
  expect(() => orders.call(() => work(false))).toThrow('late');
  expect(traces.spans().map(({ name }) => name)).toEqual(['work', 'Orders.call', 'work', 'Orders.call']);
});

test('it is not made active: spans that are started in the meantime are children of the method', () => {
  orders.call(() => {
    using open = startSpan('open');
    expect(currentSpan()).not.toBe(open);
    orders.call(() => {});
  });
  expectTrace(traces.only()).toMatchTree('Orders.call\n  open\n  Orders.call');
});

test('end() ends it once, later calls do nothing', () => {
  const logged: string[] = [];
  const log = (message: string): void => void logged.push(message);
  diag.setLogger({ error: log, warn: log, info: log, debug: log, verbose: log }, { suppressOverrideMessage: true });
  logged.length = 0;
  const open = startSpan('open');
  open.end();
  open.end();
  open[Symbol.dispose]();
  diag.disable();
  expect(traces.spans().map(({ name }) => name)).toEqual(['open']);
  expect(logged).toEqual([]);
});

test('in an invocation that is not recorded it records nothing and ends nothing', async () => {
  @Handler()
  class Unsampled {
    handle(): boolean {
      using open = startSpan('open', { attributes: { a: 1 } });
      open.setAttribute('b', 2);
      return open.isRecording();
    }
  }
  expect(
    await invoke(
      createHandler(Unsampled).handler,
      {},
      fakeFcContext({ tracing: { openTracingSpanContext: '1:1:0:0' } }),
    ),
  ).toBe(false);
  expect(traces.spans()).toEqual([]);
});

test('an attribute that throws when it is read is skipped', () => {
  using open = startSpan('open', {
    attributes: {
      get bad(): never {
        throw new Error('no');
      },
      kept: 1,
    },
  });
  open.end();
  expect(traces.spans()[0]!.attributes).toEqual({ kept: 1 });
});
