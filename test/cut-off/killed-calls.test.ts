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

/** Whether the function has logged this. FC's runtime writes time, request id and level before it. */
const hasLogged = (text: string): boolean => instance.logs.some((line) => line.endsWith(text));

/** Resolves when the call hangs. */
async function hanging(): Promise<void> {
  while (!hasLogged('paying')) await new Promise((resolve) => setTimeout(resolve, 5));
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

test.each(['jaeger', 'otlp'] as const)('a call that FC kills at its timeout is complete: %s', async (protocol) => {
  const { error } = await start(protocol, { timeout: 2, handler: 'payments.earlier' }).invoke({ end: 'hang' });
  expect(error?.errorMessage).toBe('Function timed out after 2 seconds');
  const imminent = 'fc_traced.timeout_imminent=true';
  expect(await trees()).toBe(cutOff(`fc_traced.snapshot_reason="timeout"  ${imminent}`, `  ${imminent}`));
});

test.each([
  ['throw', 'jaeger'],
  ['throw', 'otlp'],
  ['reject', 'otlp'],
] as const)('a call that ends the process with %s is complete, with the error: %s', async (end, protocol) => {
  await start(protocol).invoke({ end });
  expect(instance.logs.join('\n')).toMatch(/throw new TypeError|Promise.reject[^]*TypeError: the card reader is gone/);
  const failed = '  ERROR "the card reader is gone"';
  const tree = cutOff('fc_traced.snapshot_reason="uncaught_error"', failed);
  expect(await trees()).toBe(tree.replace('Payments.charge\n', `Payments.charge${failed}\n`));
  const events = collector.spans().flatMap((span) => span.events.map(({ name }) => `${span.name}: ${name}`));
  expect(events.sort()).toEqual([
    'Payments.charge (still open): exception',
    'Payments.charge: exception',
    'Payments.charge: fc_traced.abandoned',
    'Payments.pay: fc_traced.abandoned',
    'payments: fc_traced.abandoned',
  ]);
});

test('a call that exits the process is complete', async () => {
  await start('otlp').invoke({ end: 'exit' });
  expect(await trees()).toBe(cutOff('fc_traced.snapshot_reason="exit"'));
});

test('an uncaught error that FC 2.0 handles is seen before the answer', async () => {
  const { error } = await start('otlp', { generation: '2.0' }).invoke({ end: 'throw' });
  expect(error?.errorMessage).toBe('FunctionUnhandledError: uncaughtException');
  const names = collector.spans().map(({ name }) => name);
  expect(names).toEqual(
    expect.arrayContaining(['Payments.reserve', 'Payments.charge (still open)', 'payments (still open)']),
  );
});

// Windows has no signals.
(process.platform === 'win32' ? test.skip : test).each([
  ['without a listener of the program, the process ends with the signal', false],
  ['a listener of the program runs, and exits', true],
])('a call that hangs at SIGTERM is complete: %s', async (_what, listener) => {
  const call = start('otlp').invoke({ end: 'hang', listener });
  await hanging();
  process.kill(instance.pid!, 'SIGTERM');
  expect((await call).error?.errorMessage).toMatch('Process exited unexpectedly');
  expect(hasLogged('listener')).toBe(listener);
  expect(await trees()).toBe(cutOff('fc_traced.snapshot_reason="sigterm"'));
});
