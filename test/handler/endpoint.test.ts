import { createHandler, FcTracedError, Handler } from 'fc-traced';
import { fakeFcContext, invoke } from 'fc-traced/testing';
import { startCollector } from '../../cli/src/viewer/collector';
import type { Collector } from '../../cli/src/viewer/collector';
import { resolveConfig } from '../../src/config/config';

@Handler({ name: 'ship', coldStartSpans: false })
class Ship {
  handle(): string {
    return 'shipped';
  }
}

let first: Collector;
let second: Collector;
beforeAll(async () => {
  [first, second] = await Promise.all([startCollector(), startCollector()]);
});
afterEach(() => {
  first.clear();
  second.clear();
  for (const name of Object.keys(process.env)) if (name.startsWith('OTEL_')) delete process.env[name];
});
afterAll(() => Promise.all([first.close(), second.close()]));

const traced = (jaegerEndpoint: string): ReturnType<typeof fakeFcContext> =>
  fakeFcContext({ tracing: { jaegerEndpoint } });
const counts = (): number[] => [first.spans().length, second.spans().length];

test.each([
  ['http://h/adapt_x/api/traces', 'jaeger'],
  ['http://h/adapt_x/api/traces/', 'jaeger'],
  ['https://h/adapt_x/api/otlp/traces', 'otlp'],
  ['http://h:4318/v1/traces', 'otlp'],
  ['http://h/v1/traces?token=x', 'otlp'],
])('the protocol of the endpoint %s is %s', (endpoint, protocol) => {
  expect(resolveConfig({ endpoint }, {}).endpoint).toEqual({ url: endpoint, protocol });
});

test('for other paths, the option protocol is used', () => {
  expect(resolveConfig({ endpoint: 'http://h/in', protocol: 'otlp' }, {}).endpoint?.protocol).toBe('otlp');
  expect(resolveConfig({ endpoint: 'http://h/in', protocol: 'jaeger' }, {}).endpoint?.protocol).toBe('jaeger');
});

test('if the protocol is unknown, createHandler throws and names the option', () => {
  const create = (): unknown => createHandler(Ship, { endpoint: 'http://h/in' });
  expect(create).toThrow(FcTracedError);
  expect(create).toThrow(/cannot be derived .*: set option "protocol" to "otlp" or "jaeger"/);
});

test("by default, traces are exported to the endpoint in FC's context", async () => {
  await invoke(createHandler(Ship).handler, {}, traced(first.jaegerEndpoint));
  expect(counts()).toEqual([1, 0]);
});

test("environment variables take precedence over FC's context, and options over both", async () => {
  process.env.OTEL_EXPORTER_JAEGER_ENDPOINT = second.jaegerEndpoint;
  await invoke(createHandler(Ship).handler, {}, traced(first.jaegerEndpoint));
  expect(counts()).toEqual([0, 1]);
  await invoke(createHandler(Ship, { endpoint: first.jaegerEndpoint }).handler, {}, traced(second.jaegerEndpoint));
  expect(counts()).toEqual([1, 1]);
});

test('an endpoint that changes between invocations is used for each, also when it changes back', async () => {
  const { handler } = createHandler(Ship);
  for (const { jaegerEndpoint } of [first, second, second, first]) await invoke(handler, {}, traced(jaegerEndpoint));
  expect(counts()).toEqual([2, 2]);
});

test('each of twenty endpoints gets its trace', async () => {
  const { handler } = createHandler(Ship);
  for (let index = 0; index < 20; index += 1) {
    await invoke(handler, {}, traced(`${first.url}/adapt_token${index}/api/traces`));
  }
  expect(counts()).toEqual([20, 0]);
});

test('two concurrent invocations with different endpoints export to their own', async () => {
  const { handler } = createHandler(Ship);
  await Promise.all([
    invoke(handler, {}, traced(first.jaegerEndpoint)),
    invoke(handler, {}, traced(second.jaegerEndpoint)),
  ]);
  expect(counts()).toEqual([1, 1]);
});

test.each([
  ['exportTimeoutMillis', 0],
  ['exportTimeoutMillis', Number.NaN],
  ['flushTimeoutMillis', -1],
  ['sampleRatio', 101],
])('createHandler throws for the option %s: %p', (option, value) => {
  expect(() => createHandler(Ship, { [option]: value })).toThrow(`Option "${option}"`);
});

test.each(['Infinity', 'soon', '-5'])('OTEL_EXPORTER_OTLP_TIMEOUT=%s is ignored with a warning', (value) => {
  const { exportTimeoutMillis, warnings } = resolveConfig({}, { OTEL_EXPORTER_OTLP_TIMEOUT: value });
  expect([exportTimeoutMillis, warnings.length]).toEqual([1_000, 1]);
});
