import { createHandler, Handler, Traced } from 'fc-traced';
import type { FcFunction, HandlerOptions } from 'fc-traced';
import { fakeFcContext, invoke, recordTraces } from 'fc-traced/testing';

class Work {
  @Traced()
  run(): void {}
}
@Handler()
class Plain {
  handle(): string {
    new Work().run();
    return 'done';
  }
}
const traces = recordTraces();
afterEach(() => {
  traces.clear();
  delete process.env.OTEL_TRACES_SAMPLER;
  delete process.env.OTEL_TRACES_SAMPLER_ARG;
});
afterAll(() => traces.stop());

/** Returns how many of `count` new traces are recorded, and expects each of them to be complete. */
async function recordedOf(count: number, handler: FcFunction): Promise<number> {
  for (let index = 0; index < count; index += 1) expect(await invoke(handler)).toBe('done');
  const recorded = traces.traces();
  for (const { spans } of recorded) expect(spans.map(({ name }) => name).sort()).toEqual(['Work.run', 'test-function']);
  traces.clear();
  return recorded.length;
}
function handlerWith(options: HandlerOptions, env: Record<string, string> = {}): FcFunction {
  Object.assign(process.env, env);
  return createHandler(Plain, options).handler;
}

test('all new traces are recorded by default', async () => {
  expect(await recordedOf(20, handlerWith({}))).toBe(20);
});

test('sampleRatio 0 records no trace, 1 all and 0.5 a part of them, each trace complete', async () => {
  expect(await recordedOf(20, handlerWith({ sampleRatio: 0 }))).toBe(0);
  expect(await recordedOf(20, handlerWith({ sampleRatio: 1 }))).toBe(20);
  const half = await recordedOf(400, handlerWith({ sampleRatio: 0.5 }));
  expect(half).toBeGreaterThan(120);
  expect(half).toBeLessThan(280);
});

test('a small sampleRatio records few traces', async () => {
  expect(await recordedOf(400, handlerWith({ sampleRatio: 0.005 }))).toBeLessThan(40);
});

test.each([
  ['always_on', undefined, 20],
  ['always_off', undefined, 0],
  ['parentbased_always_off', undefined, 0],
  ['parentbased_always_on', undefined, 20],
  ['traceidratio', '0', 0],
  ['traceidratio', '1.0', 20],
  ['parentbased_traceidratio', '0', 0],
  ['PARENTBASED_TRACEIDRATIO', ' 0 ', 0],
  ['traceidratio', undefined, 20],
  ['traceidratio', '2', 20],
  ['traceidratio', 'half', 20],
  ['xray', undefined, 20],
  ['', '0', 20],
])(
  'OTEL_TRACES_SAMPLER=%p with OTEL_TRACES_SAMPLER_ARG=%p records %p of 20 new traces',
  async (sampler, arg, count) => {
    expect(
      await recordedOf(
        20,
        handlerWith({}, { OTEL_TRACES_SAMPLER: sampler, ...(arg !== undefined && { OTEL_TRACES_SAMPLER_ARG: arg }) }),
      ),
    ).toBe(count);
  },
);

test('the option takes precedence over the environment', async () => {
  expect(await recordedOf(20, handlerWith({ sampleRatio: 1 }, { OTEL_TRACES_SAMPLER: 'always_off' }))).toBe(20);
  expect(await recordedOf(20, handlerWith({ sampleRatio: 0 }, { OTEL_TRACES_SAMPLER: 'always_on' }))).toBe(0);
});

test('the environment is read when createHandler is called', async () => {
  const handler = handlerWith({}, { OTEL_TRACES_SAMPLER: 'always_off' });
  process.env.OTEL_TRACES_SAMPLER = 'always_on';
  expect(await recordedOf(20, handler)).toBe(0);
});

test('the decision of the caller takes precedence over the ratio', async () => {
  const none = handlerWith({ sampleRatio: 0 });
  await invoke(none, {}, fakeFcContext({ tracing: { openTracingSpanContext: '1:1:0:1' } }));
  expect(traces.spans()).toHaveLength(2);
  traces.clear();
  await invoke(handlerWith({ sampleRatio: 1 }), {}, fakeFcContext({ tracing: { openTracingSpanContext: '1:1:0:0' } }));
  expect(traces.spans()).toEqual([]);
});

test('the ratio applies to a new trace that is started because of malformed context', async () => {
  await invoke(
    handlerWith({ sampleRatio: 0 }),
    {},
    fakeFcContext({ tracing: { openTracingSpanContext: 'garbage:1' } }),
  );
  expect(traces.spans()).toEqual([]);
});
