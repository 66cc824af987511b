import { SpanKind } from '@opentelemetry/api';
import { getTracedMetadata, Handler, Traced } from 'fc-traced';

const symbol = Symbol('s');
class Base {
  @Traced()
  inherited(): void {}
  @Traced()
  overridden(): void {}
  @Traced()
  static shared(): void {}
}
@Handler({ name: 'orders', flushTimeoutMillis: 500 })
class Orders extends Base {
  @Traced({ name: 'send', kind: 'client', root: true })
  ship(): void {}
  @Traced()
  [symbol](): void {}
  override overridden(): void {}
  @Handler({ name: 'cancellation' })
  cancel(): void {}
  @Handler()
  @Traced()
  both(): void {}
}
const plain = { kind: SpanKind.INTERNAL, root: false, static: false };

test('the metadata of a class and its base classes can be read before any call', () => {
  const { handler, entries, methods } = getTracedMetadata(Orders);
  expect(handler).toEqual({ name: 'orders', flushTimeoutMillis: 500 });
  expect(entries).toEqual([
    { method: 'cancel', options: { name: 'cancellation' } },
    { method: 'both', options: {} },
  ]);
  expect(methods).toEqual([
    { ...plain, method: 'ship', name: 'send', kind: SpanKind.CLIENT, root: true },
    { ...plain, method: 'both', name: 'Orders.both' },
    { ...plain, method: symbol, name: 'Orders[s]' },
    { ...plain, method: 'inherited', name: 'Base.inherited' },
    { ...plain, method: 'shared', name: 'Base.shared', static: true },
  ]);
});

test('the lists are empty for a class without decorators', () => {
  class Plain {
    run(): void {}
  }
  expect(getTracedMetadata(Plain)).toEqual({ entries: [], methods: [] });
});

test('the metadata of a subclass is not returned for its base class', () => {
  expect(getTracedMetadata(Base).handler).toBeUndefined();
  expect(getTracedMetadata(Base).methods.map(({ method }) => method)).toEqual(['inherited', 'overridden', 'shared']);
});
