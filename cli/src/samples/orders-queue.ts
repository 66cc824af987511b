import { readFileSync } from 'node:fs';
import type { Deployment } from './deployment';
import { pushBatch, startRabbitMq } from './rabbitmq';
import type { Sample, SampleCall, SampleRun } from './sample';

async function* run(deployment: Deployment): AsyncGenerator<SampleRun> {
  const url = await startRabbitMq(deployment);
  const shipping = deployment.addFunction({ functionName: 'shipping' });
  const shop = await deployment.addHttpTrigger(
    'shop',
    deployment.addFunction({
      functionName: 'shop',
      handler: 'shop.handler',
      initializer: 'shop.initialize',
      env: { AMQP_URL: url },
    }),
  );
  const sampleOrder = JSON.parse(readFileSync(deployment.file('event.json'), 'utf8')) as object;
  const runs = [
    {
      name: 'retried',
      title: 'three orders, of which one fails at first',
      orders: [{}, { id: 'A-1002', sku: 'samovar' }, { id: 'A-1003', sku: 'cup' }],
    },
    { name: 'warm', title: 'two orders', orders: [{ id: 'A-1004' }, { id: 'A-1005', sku: 'samovar' }] },
  ];
  for (const { name, title, orders } of runs) {
    const calls: SampleCall[] = [];
    for (const fields of orders) {
      const event = JSON.stringify({ ...sampleOrder, ...fields });
      const headers = { 'content-type': 'application/json' };
      calls.push({ event, invocation: await shop.call('/orders', { method: 'POST', headers, body: event }) });
    }
    await pushBatch(url, 'orders', orders.length, async (batch) => {
      const invocation = await shipping.invoke(JSON.stringify(batch));
      calls.push({ event: `a batch of ${batch.length} messages`, invocation });
      return invocation.ok;
    });
    yield { name, title, calls };
  }
}

/** A queue between two functions: producers, a batch, a record that fails, and the second attempt. */
export const ordersQueue: Sample = {
  name: 'orders-queue',
  question:
    'Which request placed the order that failed in a batch of messages, and what happened when the batch came again?',
  attributes: [
    'faas.coldstart',
    'order.sku',
    'messaging.batch.message_count',
    'fc_traced.batch.failed',
    'fc_traced.message.redelivered',
  ],
  run,
};
