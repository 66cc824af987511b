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
const told: string[] = [];
const nothing = (): void => {};
beforeAll(() => {
  diag.setLogger(
    { warn: (message) => void told.push(message), error: nothing, info: nothing, debug: nothing, verbose: nothing },
    { logLevel: DiagLogLevel.ALL, suppressOverrideMessage: true },
  );
});
afterEach(() => {
  traces.clear();
  told.length = 0;
});
afterAll(() => {
  traces.stop();
  diag.disable();
});
const garbage = (text: string, flags = ''): ReturnType<typeof fakeFcContext> =>
  fakeFcContext({ tracing: { openTracingSpanContext: text + flags } });
const counts = (): unknown[] => traces.spans().map(({ attributes }) => attributes['fc_traced.malformed_carriers']);

test('malformed context is told once through diag, without its text, and counted each time', async () => {
  const { handler } = createHandler(Plain);
  await invoke(handler, {}, garbage('secret-one'));
  await invoke(handler, {}, garbage('secret-two'));
  await invoke(handler, {});
  expect(told).toEqual(['fc-traced: malformed trace context or baggage in context.tracing was left out']);
  expect(counts()).toEqual([1, 1, undefined]);
});

test('what an invocation counted that is not recorded shows on the next one that is', async () => {
  const { handler } = createHandler(Plain);
  const unsampled = { openTracingSpanContext: '1:1:0:0', openTracingSpanBaggages: { a: 7, b: 8 } };
  await invoke(handler, {}, { ...fakeFcContext(), tracing: unsampled as never });
  expect(traces.spans()).toEqual([]);
  await invoke(handler, {});
  await invoke(handler, {});
  expect(counts()).toEqual([2, undefined]);
});

test('each source of malformed context is told for itself', async () => {
  const headers = { traceparent: 'garbage' };
  const { handler } = createHandler(Plain, { parent: 'garbage' });
  await invoke(
    handler,
    { version: 'v1', rawPath: '/', headers, requestContext: { http: { method: 'GET' } } },
    garbage('x'),
  );
  expect(told).toEqual([
    'fc-traced: malformed trace context or baggage in the parent option was left out',
    'fc-traced: malformed trace context or baggage in the request headers was left out',
  ]);
  expect(counts()).toEqual([3]);
});

test('a parent function that throws is told of', async () => {
  await invoke(
    createHandler(Plain, {
      parent: () => {
        throw new Error('secret');
      },
    }).handler,
  );
  expect(told).toEqual(['fc-traced: the option parent threw and was ignored']);
});

test('what of the environment cannot be used is told at the first invocation, and at no later one', async () => {
  process.env.OTEL_TRACES_SAMPLER = 'xray';
  const { handler } = createHandler(Plain);
  delete process.env.OTEL_TRACES_SAMPLER;
  expect(told).toEqual([]);
  await invoke(handler);
  await invoke(handler);
  expect(told).toEqual(['fc-traced: OTEL_TRACES_SAMPLER names an unknown sampler; all new traces are recorded']);
});

test('a diag logger that throws changes no answer', async () => {
  diag.setLogger(
    {
      warn: () => {
        throw new Error('logger');
      },
      error: nothing,
      info: nothing,
      debug: nothing,
      verbose: nothing,
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
