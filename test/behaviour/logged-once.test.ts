import { diag, DiagLogLevel } from '@opentelemetry/api';
import { createHandler, Handler } from 'fc-traced';
import { fakeFcContext, invoke, recordTraces } from 'fc-traced/testing';

@Handler()
class Plain {
  handle(): string {
    return 'done';
  }
}
const traces = recordTraces();
const logged: string[] = [];
const noop = (): void => {};
beforeAll(() => {
  diag.setLogger(
    { warn: (message) => void logged.push(message), error: noop, info: noop, debug: noop, verbose: noop },
    { logLevel: DiagLogLevel.ALL, suppressOverrideMessage: true },
  );
});
afterEach(() => {
  traces.clear();
  logged.length = 0;
});
afterAll(() => {
  traces.stop();
  diag.disable();
});
const malformed = (text: string, flags = ''): ReturnType<typeof fakeFcContext> =>
  fakeFcContext({ tracing: { openTracingSpanContext: text + flags } });
const counts = (): unknown[] => traces.spans().map(({ attributes }) => attributes['fc_traced.malformed_carriers']);

test('malformed context is logged once through diag, without its value, and counted each time', async () => {
  const { handler } = createHandler(Plain);
  await invoke(handler, {}, malformed('secret-one'));
  await invoke(handler, {}, malformed('secret-two'));
  await invoke(handler, {});
  expect(logged).toEqual(['fc-traced: malformed trace context or baggage in context.tracing was left out']);
  expect(counts()).toEqual([1, 1, undefined]);
});

test('counts of an invocation that is not recorded are reported on the next recorded one', async () => {
  const { handler } = createHandler(Plain);
  const unsampled = { openTracingSpanContext: '1:1:0:0', openTracingSpanBaggages: { a: 7, b: 8 } };
  await invoke(handler, {}, { ...fakeFcContext(), tracing: unsampled as never });
  expect(traces.spans()).toEqual([]);
  await invoke(handler, {});
  await invoke(handler, {});
  expect(counts()).toEqual([2, undefined]);
});

test('each source of malformed context is logged separately', async () => {
  const headers = { traceparent: 'garbage' };
  const { handler } = createHandler(Plain, { parent: 'garbage' });
  await invoke(
    handler,
    { version: 'v1', rawPath: '/', headers, requestContext: { http: { method: 'GET' } } },
    malformed('x'),
  );
  expect(logged).toEqual([
    'fc-traced: malformed trace context or baggage in the parent option was left out',
    'fc-traced: malformed trace context or baggage in the request headers was left out',
  ]);
  expect(counts()).toEqual([3]);
});

test('an error of the option parent is logged', async () => {
  await invoke(
    createHandler(Plain, {
      parent: () => {
        throw new Error('secret');
      },
    }).handler,
  );
  expect(logged).toEqual(['fc-traced: the option parent threw and was ignored']);
});

test('an invalid environment variable is logged at the first invocation only', async () => {
  process.env.OTEL_TRACES_SAMPLER = 'xray';
  const { handler } = createHandler(Plain);
  delete process.env.OTEL_TRACES_SAMPLER;
  expect(logged).toEqual([]);
  await invoke(handler);
  await invoke(handler);
  expect(logged).toEqual(['fc-traced: OTEL_TRACES_SAMPLER names an unknown sampler; all new traces are recorded']);
});

test('a diag logger that throws does not affect the response', async () => {
  diag.setLogger(
    {
      warn: () => {
        throw new Error('logger');
      },
      error: noop,
      info: noop,
      debug: noop,
      verbose: noop,
    },
    { suppressOverrideMessage: true },
  );
  process.env.OTEL_TRACES_SAMPLER = 'traceidratio';
  process.env.OTEL_TRACES_SAMPLER_ARG = 'half';
  const { handler } = createHandler(Plain);
  delete process.env.OTEL_TRACES_SAMPLER;
  delete process.env.OTEL_TRACES_SAMPLER_ARG;
  expect(await invoke(handler)).toBe('done');
});
