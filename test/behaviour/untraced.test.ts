import { context, ROOT_CONTEXT, trace } from '@opentelemetry/api';
import { createHandler, currentSpan, Handler, Traced } from 'fc-traced';
import { fakeFcContext, invoke, recordTraces } from 'fc-traced/testing';

const attributes = jest.fn(() => ({ a: 1 }));
const promise = Promise.resolve(7);
const error = new Error('mine');
class Work {
  @Traced({ attributes })
  run(mode: string): unknown {
    if (mode === 'throw') throw error;
    return mode === 'promise' ? promise : [this instanceof Work, mode, currentSpan().isRecording()];
  }
  @Traced({ root: true })
  root(): boolean {
    return currentSpan().isRecording();
  }
}
@Handler()
class Calls {
  handle(): unknown[] {
    const work = new Work();
    return [work.run('plain'), work.run('promise') === promise, work.root(), trace.getActiveSpan()?.spanContext()];
  }
}
afterEach(() => attributes.mockClear());

test('without an SDK, a traced method is called directly: no span, no attributes function, same values and errors', () => {
  expect(new Work().run('plain')).toEqual([true, 'plain', false]);
  expect(new Work().run('promise')).toBe(promise);
  expect(() => new Work().run('throw')).toThrow(error);
  expect(new Work().root()).toBe(false);
  expect(attributes).not.toHaveBeenCalled();
});

test('without an endpoint, nothing is recorded and traced methods are called directly', async () => {
  expect(await invoke(createHandler(Calls).handler)).toMatchObject([
    [true, 'plain', false],
    true,
    false,
    { traceFlags: 0 },
  ]);
  expect(attributes).not.toHaveBeenCalled();
});

test('in an unsampled invocation, nothing is recorded, and the context of the caller is active', async () => {
  const traces = recordTraces();
  const tracing = { openTracingSpanContext: `${'a'.repeat(32)}:${'b'.repeat(16)}:0:0` };
  const answer = (await invoke(createHandler(Calls).handler, {}, fakeFcContext({ tracing }))) as unknown[];
  expect(answer.slice(0, 3)).toEqual([[true, 'plain', false], true, false]);
  expect(answer[3]).toMatchObject({ traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), traceFlags: 0 });
  expect(attributes).not.toHaveBeenCalled();
  expect(traces.spans()).toEqual([]);
  traces.stop();
});

test('a method is traced while a recorder is active, and not afterwards', () => {
  const traces = recordTraces();
  new Work().run('plain');
  traces.stop();
  new Work().run('plain');
  expect(traces.spans()).toHaveLength(1);
  expect(attributes).toHaveBeenCalledTimes(1);
});

test('a call below an unsampled span is not recorded; below a sampled one it is', () => {
  const traces = recordTraces();
  const below = (traceFlags: number): unknown =>
    context.with(
      trace.setSpanContext(ROOT_CONTEXT, { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), traceFlags }),
      () => new Work().run('plain'),
    );
  expect(below(0)).toEqual([true, 'plain', false]);
  expect(attributes).not.toHaveBeenCalled();
  expect(traces.spans()).toEqual([]);
  expect(below(1)).toEqual([true, 'plain', true]);
  expect(traces.spans()).toMatchObject([{ traceId: 'a'.repeat(32), parentSpanId: 'b'.repeat(16) }]);
  traces.stop();
});
