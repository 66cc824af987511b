import type { HttpTrigger } from '../../src/emulator/http-trigger';
import type { SpanRecord } from '../../../src/testing/trace-tree';
import { deploymentOf } from './deployment';

const { deployShop } = require('../../dist/samples/chain.js') as typeof import('../../src/samples/chain');

const ORDERS = [
  { sku: 'teapot', tenant: 'acme', answer: { amount: 36 } },
  { sku: 'teapot', tenant: 'globex', answer: { amount: 40 } },
  { sku: 'unicorn', tenant: 'acme', answer: { status: 422, detail: 'there is no unicorn' } },
  { sku: 'samovar', tenant: 'acme', answer: { status: 502, detail: 'the stock cannot be asked' } },
] as const;
const ANSWERS = ORDERS.map(({ answer }) => answer);

const current = deploymentOf('chain');

interface OrderResult {
  readonly traceId: string | undefined;
  readonly answer: unknown;
}

async function order(
  shop: HttpTrigger,
  { sku, tenant }: { sku: string; tenant: string },
  headers: Record<string, string> = {},
): Promise<OrderResult> {
  const init = {
    method: 'POST',
    headers: { baggage: `cart=7;of=web,tenant=${tenant}`, ...headers },
    body: JSON.stringify({ sku, quantity: 2 }),
  };
  const { body, traceId } = await shop.call('/orders', init);
  return { traceId, answer: JSON.parse(body.toString()) };
}
async function orderAll(shop: HttpTrigger, headers?: Record<string, string>): Promise<OrderResult[]> {
  const results: OrderResult[] = [];
  for (const one of ORDERS) results.push(await order(shop, one, headers));
  await current.deployment.delivered();
  return results;
}
const answersOf = (results: readonly OrderResult[]): unknown[] => results.map(({ answer }) => answer);
const spansOf = (traceId: string | undefined): SpanRecord[] =>
  current.collector.spans().filter((span) => span.traceId === traceId);

const UNSAMPLED = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00';

test.each([
  ['that their caller does not sample', true, { traceparent: UNSAMPLED }],
  ['that FC does not sample', false, {}],
])(
  'orders %s create no span in any function, get the same answers, and their baggage reaches the last function',
  async (_which, sampled, headers: Record<string, string>) => {
    expect(answersOf(await orderAll(await deployShop(current.deployment, sampled), headers))).toEqual(ANSWERS);
    expect(current.collector.requests).toEqual({ jaeger: 0, otlp: 0, rejected: 0 });
  },
  60_000,
);

test('functions that have created spans create none for an order that is not sampled, and some for the next', async () => {
  const shop = await deployShop(current.deployment);
  for (const results of [
    await orderAll(shop),
    await orderAll(shop, { traceparent: UNSAMPLED }),
    await orderAll(shop),
  ]) {
    expect(answersOf(results)).toEqual(ANSWERS);
  }
  expect(spansOf(UNSAMPLED.split('-')[1])).toEqual([]);
  expect(new Set(current.collector.spans().map(({ traceId }) => traceId)).size).toBe(8);
}, 60_000);

test('spans have only the baggage that an option names, and no credentials', async () => {
  const results = await orderAll(await deployShop(current.deployment));
  for (const [index, { traceId }] of results.entries()) {
    const tenants = spansOf(traceId).flatMap(({ resource, attributes }) =>
      attributes['tenant'] === undefined ? [] : [[resource['service.name'], attributes['tenant']].join()],
    );
    expect([...new Set(tenants)]).toEqual([`price,${ORDERS[index]!.tenant}`]);
  }
  const everything = JSON.stringify(
    current.collector.spans().map(({ name, attributes, resource, events, status }) => ({
      name,
      attributes,
      resource,
      events: events.map((event) => event.attributes),
      status,
    })),
  );
  expect(everything).not.toMatch(/FAKE|cart|of=web/);
}, 60_000);

test('of concurrent orders, each is one trace from its own customer to its own tenant', async () => {
  const shop = await deployShop(current.deployment);
  const tenants = ['a', 'b', 'c', 'acme'];
  const results = await Promise.all(tenants.map((tenant) => order(shop, { sku: 'teapot', tenant })));
  await current.deployment.delivered();
  expect(answersOf(results)).toEqual([40, 40, 40, 36].map((amount) => ({ amount })));
  expect(new Set(results.map(({ traceId }) => traceId)).size).toBe(4);
  results.forEach(({ traceId }, index) => {
    const spans = spansOf(traceId);
    const ids = new Set(spans.map(({ spanId }) => spanId));
    expect(
      spans.filter(({ parentSpanId }) => parentSpanId === undefined || !ids.has(parentSpanId)).map(({ name }) => name),
    ).toEqual(['InvokeFunction']);
    expect(
      spans.filter(({ name }) => name === 'GET /prices/{sku}').map(({ attributes }) => attributes['tenant']),
    ).toEqual([tenants[index]]);
  });
}, 60_000);
