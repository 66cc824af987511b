import { matches, parseSearch, searchable } from '../../../src/viewer/model/search';
import { span } from '../spans';

const one = searchable(
  span({
    name: 'Stock.reserve',
    endNanos: 1_760_000_000_250_000_000n,
    status: { code: 'ERROR', message: 'sold out' },
    attributes: { 'order.sku': 'Tea Pot', 'order.quantity': 12, nested: { deep: ['needle'] } },
    events: [{ name: 'exception', timeNanos: 0n, attributes: { 'exception.type': 'OutOfStock' } }],
    links: [{ traceId: 'f'.repeat(32), spanId: 'e'.repeat(16), attributes: { 'fc_traced.link': 'producer' } }],
    resource: { 'service.name': 'shop', 'cloud.region': 'cn-hangzhou' },
  }),
  [{ traceId: '', timeNanos: 0n, severity: 'WARN', body: '库存不足', attributes: {}, resource: {} }],
);

test.each([
  'reserve',
  'STOCK',
  '"tea pot"',
  'order.sku="tea pot"',
  'order.quantity=12',
  'order.quantity>=12',
  'order.quantity<13',
  'order.sku!=cup',
  'order.sku=*',
  '>249ms',
  'duration<0.3s',
  'is:error',
  'needle',
  'outofstock',
  'producer',
  'eeee',
  'cn-hangzhou',
  'service=shop',
  'severity=warn',
  '库存',
  'reserve error',
  '-cup',
  '-order.quantity>12',
  '',
  'sold out',
])('%s finds the span', (text) => expect(matches(parseSearch(text), one)).toBe(true));

test.each([
  'cup',
  '-reserve',
  '"pot tea"',
  'order.sku=tea',
  'order.quantity>12',
  'order.sku!="tea pot"',
  'missing=*',
  'missing!=1',
  '<10ms',
  '-is:error',
  'reserve cup',
  'order.sku>1',
])('%s does not find the span', (text) => expect(matches(parseSearch(text), one)).toBe(false));

test.each(['"', '=', '-', '>', '""', '-"', '>ms', '((', '\\', '=x'])('%s is a search that does not throw', (text) => {
  expect(typeof matches(parseSearch(text), one)).toBe('boolean');
});
