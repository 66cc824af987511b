import { createHandler, deliveryStats, Handler } from 'fc-traced';
import { fakeFcContext, invoke } from 'fc-traced/testing';
import { startCollector } from '../../cli/src/viewer/collector';

@Handler({ name: 'ship', coldStartSpans: false, flushTimeoutMillis: 100, exportTimeoutMillis: 100 })
class Ship {
  handle(): string {
    return 'done';
  }
}

test('spans that the oldest of five endpoints does not accept in time are counted as dropped, the others arrive', async () => {
  const collector = await startCollector();
  const { handler, preStop } = createHandler(Ship, { flushTimeoutMillis: 2_000, exportTimeoutMillis: 2_000 });
  const call = (jaegerEndpoint: string): Promise<unknown> =>
    invoke(handler, {}, fakeFcContext({ tracing: { jaegerEndpoint } }));
  const before = deliveryStats();
  await call('http://127.0.0.1:1/adapt_first/api/traces');
  const endpoints = [1, 2, 3, 4].map((n) => `${collector.jaegerEndpoint.replace('/api', `/adapt_${n}/api`)}`);
  for (const endpoint of endpoints) await call(endpoint);
  await preStop(fakeFcContext());
  while (deliveryStats().waiting > before.waiting) await new Promise((resolve) => setTimeout(resolve, 20));
  const after = deliveryStats();
  expect(after.dropped.endpointReplaced - before.dropped.endpointReplaced).toBe(1);
  expect(after.acknowledged - before.acknowledged).toBe(4);
  expect(collector.spans()).toHaveLength(4);
  await collector.close();
});
