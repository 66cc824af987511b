import { readFileSync } from 'node:fs';
import type { HttpTrigger } from '../emulator/http-trigger';
import type { Deployment } from './deployment';
import type { Sample, SampleRun } from './sample';

/** Deploys the three functions. Resolves to the HTTP trigger to which customers send their orders. */
export async function deployShop(deployment: Deployment, sampled = true): Promise<HttpTrigger> {
  const tracing = { endpoint: deployment.endpoint, sampled };
  const price = await deployment.addHttpTrigger(
    'price',
    deployment.addServer('server.js', {
      functionName: 'price',
      initializer: true,
      instanceConcurrency: 20,
      timeout: 10,
      tracing,
    }),
  );
  const stock = deployment.addFunction({
    functionName: 'stock',
    handler: 'stock.handler',
    initializer: 'stock.initialize',
    timeout: 20,
    env: { PRICE_URL: price.url },
    tracing,
  });
  const endpoint = await deployment.addInvokeApi({ stock });
  return deployment.addHttpTrigger(
    'shop',
    deployment.addFunction({ functionName: 'shop', timeout: 30, env: { INVOKE_URL: `http://${endpoint}` }, tracing }),
  );
}

async function* run(deployment: Deployment): AsyncGenerator<SampleRun> {
  const shop = await deployShop(deployment);
  const sampleOrder = JSON.parse(readFileSync(deployment.file('event.json'), 'utf8')) as object;
  const runs = [
    { name: 'cold', title: 'cold call, of the tenant acme', tenant: 'acme', order: {} },
    { name: 'warm', title: 'warm call, of the tenant globex, who gets no rebate', tenant: 'globex', order: {} },
    { name: 'refused', title: 'refused call: the item does not exist', tenant: 'acme', order: { sku: 'unicorn' } },
    { name: 'failing', title: 'failing call: the price function fails', tenant: 'acme', order: { sku: 'samovar' } },
  ];
  for (const { name, title, tenant, order: fields } of runs) {
    const event = JSON.stringify({ ...sampleOrder, ...fields });
    const headers = { 'content-type': 'application/json', baggage: `tenant=${tenant}` };
    yield {
      name,
      title,
      calls: [{ event, invocation: await shop.call('/orders', { method: 'POST', headers, body: event }) }],
    };
  }
}

/** Three functions in one trace, connected by HTTP, InvokeFunction and HTTP. */
export const chain: Sample = {
  name: 'chain',
  question:
    'What happens to a trace and its baggage when a function calls a function that calls a function, and which of them failed?',
  attributes: ['faas.coldstart', 'fc.error_type', 'faas.invoked_name', 'tenant', 'http.response.status_code'],
  run,
};
