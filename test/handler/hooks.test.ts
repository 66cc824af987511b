import { setTimeout as sleep } from 'node:timers/promises';
import { createHandler, Handler, startSpan, traced } from 'fc-traced';
import type { FcHook } from 'fc-traced';
import { fakeFcContext, invoke } from 'fc-traced/testing';
import { startCollector } from '../../cli/src/viewer/collector';
import type { Collector } from '../../cli/src/viewer/collector';

let afterwards: Promise<void> | undefined;

@Handler({ name: 'ship', coldStartSpans: false })
class Ship {
  async tell(): Promise<void> {
    const telling = startSpan('tell');
    await sleep(30);
    telling.end();
  }

  handle(): string {
    afterwards = this.tell();
    return 'shipped';
  }
}

let collector: Collector;
const stops: FcHook[] = [];
const create = (): ReturnType<typeof createHandler<Ship>> => {
  const functions = createHandler(Ship);
  stops.push(functions.preStop);
  return functions;
};
beforeAll(async () => {
  collector = await startCollector();
});
afterEach(async () => {
  await afterwards;
  await Promise.all(stops.map((stop) => stop(context())));
  collector.clear();
});
afterAll(() => collector.close());

const context = (): ReturnType<typeof fakeFcContext> =>
  fakeFcContext({ tracing: { jaegerEndpoint: collector.jaegerEndpoint } });
const names = (): string[] => collector.spans().map(({ name }) => name);

const asPromise = (hook: FcHook): Promise<unknown> => hook(context());
const asCallback = (hook: FcHook): Promise<unknown> =>
  new Promise((resolve, reject) => {
    expect(hook(context(), (error, value) => (error ? reject(error) : resolve(value)))).toBeUndefined();
  });

test.each([
  ['preFreeze', 'a promise', asPromise],
  ['preFreeze', 'a callback', asCallback],
  ['preStop', 'a promise', asPromise],
  ['preStop', 'a callback', asCallback],
] as const)('%s, with %s, delivers what ended after the answer', async (hook, _, call) => {
  const { handler, ...hooks } = create();
  await invoke(handler, {}, context());
  await afterwards;
  expect(names()).toEqual(['ship']);
  expect(await call(hooks[hook])).toBeUndefined();
  expect(names()).toEqual(['ship', 'tell']);
});

test.each([
  ['a promise', asPromise],
  ['a callback', asCallback],
])('initialize, with %s, succeeds with no value, and the invocation after it is delivered', async (_, call) => {
  const { handler, initialize } = create();
  expect(await call(initialize)).toBeUndefined();
  await invoke(handler, {}, context());
  await afterwards;
  expect(names()).toEqual(['ship']);
});

test('preFreeze and preStop before any invocation do nothing', async () => {
  const { preFreeze, preStop } = create();
  await Promise.all([preFreeze(context()), preStop(context())]);
  expect(collector.requests).toEqual({ jaeger: 0, otlp: 0, rejected: 0 });
});

test('what ended after one answer goes with the next', async () => {
  const { handler } = create();
  await invoke(handler, {}, context());
  await afterwards;
  await invoke(handler, {}, context());
  expect(names()).toEqual(['ship', 'tell', 'ship']);
});

test('a traced call that is still under way at the answer arrives with it, and says so', async () => {
  const step = traced(function step(): void {});
  const slow = traced(async function slow(): Promise<void> {
    step();
    await sleep(50);
  });
  @Handler({ name: 'race' })
  class Race {
    handle(): Promise<unknown> {
      return Promise.race([slow(), sleep(5, 'in time')]);
    }
  }
  expect(await invoke(createHandler(Race).handler, {}, context())).toBe('in time');
  const spans = collector.spans();
  expect(spans.map(({ name, events }) => [name, events.map((event) => event.name)])).toEqual([
    ['step', []],
    ['slow', ['fc_traced.abandoned']],
    ['race', []],
  ]);
  expect(spans[0]!.parentSpanId).toBe(spans[1]!.spanId);
  await sleep(60);
});
