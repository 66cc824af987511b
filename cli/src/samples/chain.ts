import { readFileSync } from 'node:fs';
import type { HttpTrigger } from '../emulator/http-trigger';
import type { Stage } from './deployment';
import type { Run, Story } from './sample';

/** Starts the three functions, last first; the trigger is the one that customers send their orders to. */
export async function startShop(stage: Stage, sampled = true): Promise<HttpTrigger> {
  const tracing = { endpoint: stage.endpoint, sampled };
  const price = await stage.trigger(
    'price',
    stage.deployServer('server.js', {
      functionName: 'price',
      initializer: true,
      instanceConcurrency: 20,
      timeout: 10,
      tracing,
    }),
  );
  const stock = stage.deploy({
    functionName: 'stock',
    handler: 'stock.handler',
    initializer: 'stock.initialize',
    timeout: 20,
    env: { PRICE_URL: price.url },
    tracing,
  });
  const endpoint = await stage.invokeApi({ stock });
  return stage.trigger(
    'shop',
    stage.deploy({ functionName: 'shop', timeout: 30, env: { INVOKE_URL: `http://${endpoint}` }, tracing }),
  );
}

async function* order(stage: Stage): AsyncGenerator<Run> {
  const shop = await startShop(stage);
  const sample = JSON.parse(readFileSync(stage.file('event.json'), 'utf8')) as object;
  const runs = [
    { name: 'cold', title: 'cold call, of the tenant acme', tenant: 'acme', order: {} },
    { name: 'warm', title: 'warm call, of the tenant globex, who has no rebate', tenant: 'globex', order: {} },
    { name: 'refused', title: 'refused call: nobody sells that', tenant: 'acme', order: { sku: 'unicorn' } },
    { name: 'failing', title: 'failing call: the price function fails', tenant: 'acme', order: { sku: 'samovar' } },
  ];
  for (const { name, title, tenant, order: fields } of runs) {
    const event = JSON.stringify({ ...sample, ...fields });
    const headers = { 'content-type': 'application/json', baggage: `tenant=${tenant}` };
    yield {
      name,
      title,
      calls: [{ event, invocation: await shop.call('/orders', { method: 'POST', headers, body: event }) }],
    };
  }
}

/** Three functions, one trace: HTTP, InvokeFunction, HTTP. */
export const chain: Story = {
  name: 'chain',
  question:
    'What becomes of a trace, and of its baggage, when a function calls a function that calls a function, and which of them failed?',
  attributes: ['faas.coldstart', 'fc.error_type', 'faas.invoked_name', 'tenant', 'http.response.status_code'],
  play: order,
};
