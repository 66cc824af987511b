import type { Deployment } from './deployment';
import type { Sample, SampleRun } from './sample';

const REQUESTS = [
  { name: 'cold', title: 'cold call', path: '/orders/teapot' },
  { name: 'warm', title: 'warm call', path: '/orders/teapot' },
  { name: 'failing', title: 'failing call', path: '/orders/samovar' },
  { name: 'unknown', title: 'a path without a route', path: '/teapots' },
];

async function* run(deployment: Deployment): AsyncGenerator<SampleRun> {
  for (const framework of ['server', 'nest']) {
    const functionName = framework === 'server' ? 'express' : framework;
    const trigger = await deployment.addHttpTrigger(
      functionName,
      deployment.addServer(`${framework}.js`, { functionName, instanceConcurrency: 20 }),
    );
    // Nest answers what has no route by itself, as Express does.
    for (const { name, title, path } of REQUESTS) {
      yield {
        name: framework === 'server' ? name : `nest-${name}`,
        title: `${functionName}: ${title}`,
        calls: [{ event: `GET ${path}`, invocation: await trigger.call(path, { method: 'GET' }) }],
      };
    }
  }
}

/** Express and NestJS on a custom runtime. */
export const express: Sample = {
  name: 'express',
  question: 'What does an Express or NestJS application look like in a trace: its routes, its services, its errors?',
  attributes: ['faas.coldstart', 'order.sku', 'http.response.status_code'],
  run,
};
