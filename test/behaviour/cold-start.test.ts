import { createHandler, Handler } from 'fc-traced';
import { fakeFcContext, invoke, recordTraces } from 'fc-traced/testing';

@Handler()
class Plain {
  handle(): void {}
  @Handler()
  other(): void {}
}
const traces = recordTraces();
afterEach(() => traces.clear());
afterAll(() => traces.stop());
const coldStarts = (): unknown[] => traces.spans().map(({ attributes }) => attributes['faas.coldstart']);

test('the first invocation of an instance is a cold start, the later ones are not', async () => {
  const { handler } = createHandler(Plain);
  for (let index = 0; index < 3; index += 1) await invoke(handler);
  expect(coldStarts()).toEqual([true, false, false]);
});

test('initialize does not count as the cold start', async () => {
  const { handler, initialize } = createHandler(Plain);
  await initialize(fakeFcContext());
  await invoke(handler);
  expect(coldStarts()).toEqual([true]);
});

test('the entry methods of one handler share the cold start', async () => {
  const { handler, other } = createHandler(Plain);
  await invoke(other!);
  await invoke(handler);
  expect(coldStarts()).toEqual([true, false]);
});

test('of concurrent first invocations, one is the cold start', async () => {
  const { handler } = createHandler(Plain);
  await Promise.all([invoke(handler), invoke(handler), invoke(handler)]);
  expect(coldStarts().filter((cold) => cold === true)).toHaveLength(1);
});

test('an unsampled first invocation counts as the cold start', async () => {
  const { handler } = createHandler(Plain);
  await invoke(handler, {}, fakeFcContext({ tracing: { openTracingSpanContext: '1:1:0:0' } }));
  await invoke(handler);
  expect(coldStarts()).toEqual([false]);
});
