import { startCollector } from '../../src/viewer/collector';
import type { Collector } from '../../src/viewer/collector';

// Built, because it starts the built functions beside it.
const { Ending } = require('../../dist/cleanup.js') as typeof import('../../src/cleanup');
const { Stage } = require('../../dist/samples/deployment.js') as typeof import('../../src/samples/deployment');

/** A stage for a sample and a collector of its traces: new ones for each test. */
export function stageOf(sample: string): { stage: InstanceType<typeof Stage>; collector: Collector } {
  const held = {} as { stage: InstanceType<typeof Stage>; collector: Collector };
  let ending: InstanceType<typeof Ending>;
  beforeEach(async () => {
    held.collector = await startCollector();
    ending = new Ending();
    held.stage = new Stage(sample, held.collector.jaegerEndpoint, ending, () => undefined);
  });
  afterEach(async () => {
    await ending.run();
    await held.collector.close();
  });
  return held;
}
