import { buildTraces, renderTrace } from 'fc-traced/testing';
import { join } from 'node:path';
import { startInstance } from '../../cli/test/emulator/built';
import type { Instance } from '../../cli/test/emulator/built';
import { startCollector } from '../../cli/src/viewer/collector';
import type { Collector } from '../../cli/src/viewer/collector';

type Protocol = 'jaeger' | 'otlp';

let collector: Collector;
let instance: Instance;
beforeAll(async () => {
  collector = await startCollector();
});
afterEach(async () => {
  await instance.stop();
  collector.clear();
});
afterAll(() => collector.close());

interface Settings {
  readonly timeout?: number;
  readonly generation?: '2.0';
  readonly handler?: string;
  readonly initializer?: string;
}

function start(protocol: Protocol, settings: Settings = {}): Instance {
  instance = startInstance({
    handler: 'payments.handler',
    handlerStyle: 'promise',
    codeDir: join(__dirname, 'functions'),
    timeout: 30,
    // FC's own spans go to Jaeger, those of the function to the endpoint of the test.
    tracing: { endpoint: collector.jaegerEndpoint },
    env: protocol === 'otlp' ? { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: collector.otlpEndpoint } : {},
    ...settings,
  });
  return instance;
}

/** Resolves when the call hangs. */
async function hanging(): Promise<void> {
  while (!instance.logs.includes('paying')) await new Promise((resolve) => setTimeout(resolve, 5));
}

const ATTRIBUTES = ['order.id', 'fc_traced.snapshot_reason', 'fc_traced.timeout_imminent'];

async function trees(): Promise<string> {
  await instance.delivered();
  const ids = collector.spans().map(({ spanId }) => spanId);
  expect(new Set(ids).size).toBe(ids.length);
  return buildTraces(collector.spans())
    .map((trace) => renderTrace(trace, { attributes: ATTRIBUTES }))
    .join('\n\n');
}

/** The trace of a call that hangs in `charge` and is cut off, with further attributes of the invocation. */
const cutOff = (ofSnapshot: string, ofInvocation = ''): string =>
  [
    'InvokeFunction',
    '├─ ColdStart',
    '│  ├─ PrepareCode',
    '│  └─ RuntimeInitialization',
    '└─ Invocation',
    `   ├─ payments (still open)  ${ofSnapshot}`,
    `   └─ payments${ofInvocation}`,
    '      ├─ Payments.reserve',
    '      └─ Payments.pay  order.id=7',
    '         ├─ Payments.pay (still open)  order.id=7',
    '         └─ Payments.charge',
    '            └─ Payments.charge (still open)',
  ].join('\n');

test('FC loads the program during the first call, which is part of the time until the timeout', async () => {
  start('jaeger', { timeout: 10, handler: 'slow-start.handler' });
  const remaining = [await instance.invoke({}), await instance.invoke({})].map(({ body }) => Number(body.toString()));
  expect(remaining[0]).toBeLessThan(9_700);
  expect(remaining[1]).toBeGreaterThan(9_700);
});

test('the time of the initializer is not part of the time until the timeout', async () => {
  start('jaeger', { timeout: 10, handler: 'slow-start.handler', initializer: 'slow-start.initialize' });
  expect(Number((await instance.invoke({})).body.toString())).toBeGreaterThan(9_700);
});

describe.each(['jaeger', 'otlp'] as const)('with %s', (protocol) => {
  test('a call that FC kills at its timeout is seen, and the method that hangs with its attributes', async () => {
    const { error } = await start(protocol, { timeout: 1 }).invoke({ end: 'hang' });
    expect(error?.errorMessage).toBe('Function timed out after 1 seconds');
    const imminent = 'fc_traced.timeout_imminent=true';
    expect(await trees()).toBe(cutOff(`fc_traced.snapshot_reason="timeout"  ${imminent}`, `  ${imminent}`));
  });

  test('at SIGTERM a call that hangs is seen, and the process ends with the signal', async () => {
    const call = start(protocol).invoke({ end: 'hang' });
    await hanging();
    process.kill(instance.pid!, 'SIGTERM');
    expect((await call).error?.errorMessage).toMatch('Process exited unexpectedly');
    expect(await trees()).toBe(cutOff('fc_traced.snapshot_reason="sigterm"'));
  });
});
