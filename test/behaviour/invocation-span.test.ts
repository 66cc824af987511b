import { createHandler, Handler } from 'fc-traced';
import type { HandlerOptions } from 'fc-traced';
import { expectTrace, fakeFcContext, invoke, recordTraces } from 'fc-traced/testing';
import type { SpanRecord } from 'fc-traced/testing';
import { version } from '../../package.json';

@Handler()
class Plain {
  handle(): string {
    return 'done';
  }
}
const traces = recordTraces();
const FACTS = {
  FC_FUNCTION_NAME: 'env-function',
  FC_FUNCTION_VERSION: '',
  FC_VER_ID: '',
  FC_QUALIFIER: '',
  FC_INSTANCE_ID: 'c-1234',
  FC_REGION: 'cn-env',
  FC_ACCOUNT_ID: 'env-account',
  FC_FUNCTION_MEMORY_SIZE: '128',
};
beforeEach(() => void Object.assign(process.env, FACTS));
afterEach(() => {
  traces.clear();
  for (const name of [...Object.keys(FACTS), 'OTEL_SERVICE_NAME', 'OTEL_RESOURCE_ATTRIBUTES']) delete process.env[name];
});
afterAll(() => traces.stop());

async function spanOf(context: ReturnType<typeof fakeFcContext>, options: HandlerOptions = {}): Promise<SpanRecord> {
  await invoke(createHandler(Plain, options).handler, {}, context);
  return traces.only().spans[0]!;
}
const SDK = {
  'telemetry.sdk.language': 'nodejs',
  'telemetry.sdk.name': 'opentelemetry',
  'telemetry.sdk.version': '2.11.0',
  'telemetry.distro.name': 'fc-traced',
  'telemetry.distro.version': version,
};

test('on FC 3.0, the span and its resource have exactly these attributes', async () => {
  const span = await spanOf(fakeFcContext({ requestId: '1-one', function: { name: 'orders', memory: 512 } }));
  expect(span).toMatchObject({ name: 'orders', kind: 'server', status: { code: 'UNSET' }, events: [], links: [] });
  expect(span.attributes).toEqual({ 'faas.invocation_id': '1-one', 'faas.trigger': 'other', 'faas.coldstart': true });
  expect(span.resource).toEqual({
    ...SDK,
    'service.name': 'orders',
    'cloud.provider': 'alibaba_cloud',
    'cloud.platform': 'alibaba_cloud_fc',
    'cloud.region': 'cn-hangzhou',
    'cloud.account.id': '1234567890123456',
    'cloud.resource_id': 'acs:fc:cn-hangzhou:1234567890123456:functions/orders',
    'faas.name': 'orders',
    'faas.version': 'LATEST',
    'faas.instance': 'c-1234',
    'faas.max_memory': 536870912,
  });
});

test('on FC 2.0, the span and its resource have exactly these attributes', async () => {
  const span = await spanOf(
    fakeFcContext({
      generation: '2.0',
      requestId: 'two',
      service: { name: 'shop', versionId: '3', qualifier: 'prod' },
    }),
  );
  expect(span.attributes).toEqual({ 'faas.invocation_id': 'two', 'faas.trigger': 'other', 'faas.coldstart': true });
  expect(span.resource).toEqual({
    ...SDK,
    'service.name': 'test-function',
    'cloud.provider': 'alibaba_cloud',
    'cloud.platform': 'alibaba_cloud_fc',
    'cloud.region': 'cn-hangzhou',
    'cloud.account.id': '1234567890123456',
    'cloud.resource_id': 'acs:fc:cn-hangzhou:1234567890123456:services/shop.prod/functions/test-function',
    'faas.name': 'test-function',
    'faas.version': '3',
    'faas.instance': 'c-1234',
    'faas.max_memory': 536870912,
  });
});

test('values that are missing in the context are read from the environment', async () => {
  const span = await spanOf({ requestId: 'bare' } as never);
  expect(span.name).toBe('env-function');
  expect(span.resource).toMatchObject({
    'service.name': 'env-function',
    'faas.name': 'env-function',
    'cloud.region': 'cn-env',
    'cloud.account.id': 'env-account',
    'faas.max_memory': 134217728,
    'cloud.resource_id': 'acs:fc:cn-env:env-account:functions/env-function',
  });
});

test('unknown values are omitted', async () => {
  for (const name of Object.keys(FACTS)) delete process.env[name];
  const span = await spanOf({ function: { memory: 'much' }, region: 7, accountId: '' } as never);
  expect(span.attributes).toEqual({ 'faas.trigger': 'other', 'faas.coldstart': true });
  expect(
    Object.keys(span.resource)
      .filter((key) => /^(faas|cloud)/.test(key))
      .sort(),
  ).toEqual(['cloud.platform', 'cloud.provider']);
});

test('neither span nor resource contain credentials, tokens of the endpoint, or the log configuration', async () => {
  const context = fakeFcContext({
    credentials: { accessKeyId: 'AK-SECRET', accessKeySecret: 'SK-SECRET', securityToken: 'ST-SECRET' },
    service: { logProject: 'log-SECRET', logStore: 'store-SECRET', qualifier: 'LATEST', versionId: '' },
    tracing: {
      jaegerEndpoint: 'http://a.example/adapt_TOKEN-SECRET/api/traces',
      openTracingSpanBaggages: { user: 'baggage-SECRET' },
    },
  });
  await spanOf(Object.assign(context, { unheardOf: 'field-SECRET' }));
  expectTrace(traces.only()).toHideSecrets('SECRET');
  expect(() => expectTrace(traces.only()).toHideSecrets('cn-hangzhou')).toThrow(/contains secret number 1/);
});

test('for service name and resource attributes, options take precedence over the environment', async () => {
  process.env.OTEL_SERVICE_NAME = 'from-env';
  process.env.OTEL_RESOURCE_ATTRIBUTES = 'team=env,deployment.environment.name=prod';
  expect((await spanOf(fakeFcContext())).resource).toMatchObject({
    'service.name': 'from-env',
    team: 'env',
    'deployment.environment.name': 'prod',
  });
  traces.clear();
  const { resource } = await spanOf(fakeFcContext(), {
    serviceName: 'from-code',
    resourceAttributes: { team: 'code' },
  });
  expect(resource).toMatchObject({ 'service.name': 'from-code', team: 'code', 'deployment.environment.name': 'prod' });
});
