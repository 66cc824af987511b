import { createHandler, Handler, Service, TRACER, Traced, getTracedMetadata } from 'fc-traced';
import type { Tracer } from 'fc-traced';
import { expectTrace, invoke, recordTraces } from 'fc-traced/testing';

@Service({ inject: [TRACER] })
class Stock {
  constructor(private readonly tracer: Tracer) {}

  @Traced({ attributes: (id) => ({ 'order.id': id }) })
  async take(id: number): Promise<number> {
    return this.tracer.startActiveSpan('shelf', (span) => {
      span.end();
      return id;
    });
  }

  @Traced()
  static shelves(): number {
    return 3;
  }
}

@Handler({ inject: [Stock], name: 'orders' })
class Orders {
  constructor(private readonly stock: Stock) {}

  async handle(event: { id: number }): Promise<number> {
    Stock.shelves();
    return this.stock.take(event.id);
  }

  @Handler()
  other(): string {
    return 'other';
  }
}

const traces = recordTraces();
afterEach(() => traces.clear());
afterAll(() => traces.stop());

test('with standard decorators, the spans of a handler and its services are one trace', async () => {
  const { handler } = createHandler(Orders);
  expect(await invoke(handler, { id: 7 })).toBe(7);
  expectTrace(traces.only()).toMatchTree({
    name: 'orders',
    kind: 'server',
    children: [
      { name: 'Stock.shelves' },
      { name: 'Stock.take', attributes: { 'order.id': 7 }, children: [{ name: 'shelf' }] },
    ],
  });
});

test('with standard decorators, a method with @Handler() is an entry method', async () => {
  expect(await invoke(createHandler(Orders, { entries: ['other'] }).other)).toBe('other');
  expect(getTracedMetadata(Orders).entries).toEqual([{ method: 'other', options: {} }]);
});

test('with standard decorators, the metadata of a traced method can be read before any call', () => {
  class Fresh {
    @Traced({ kind: 'client' })
    call(): void {}
  }
  expect(getTracedMetadata(Fresh).methods).toEqual([
    { method: 'call', name: 'Fresh.call', kind: 2, root: false, static: false },
  ]);
});
