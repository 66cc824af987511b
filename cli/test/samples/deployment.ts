import { startCollector } from '../../src/viewer/collector';
import type { Collector } from '../../src/viewer/collector';

// The built files: the emulator starts processes that run them.
const { Cleanup } = require('../../dist/cleanup.js') as typeof import('../../src/cleanup');
const { Deployment } = require('../../dist/samples/deployment.js') as typeof import('../../src/samples/deployment');

interface DeploymentWithCollector {
  readonly deployment: InstanceType<typeof Deployment>;
  readonly collector: Collector;
}

/** An object that has, in each test, a new deployment of a sample and a new collector for its traces. */
export function deploymentOf(sample: string): DeploymentWithCollector {
  const current = {} as { -readonly [Key in keyof DeploymentWithCollector]: DeploymentWithCollector[Key] };
  let cleanup: InstanceType<typeof Cleanup>;
  beforeEach(async () => {
    current.collector = await startCollector();
    cleanup = new Cleanup();
    current.deployment = new Deployment(sample, current.collector.jaegerEndpoint, cleanup, () => undefined);
  });
  afterEach(async () => {
    await cleanup.run();
    await current.collector.close();
  });
  return current;
}
