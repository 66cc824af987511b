import { createHandler, Handler, startSpan, traced } from 'fc-traced';
import type { FcHook } from 'fc-traced';
import { fakeFcContext, invoke } from 'fc-traced/testing';
import { setTimeout as sleep } from 'node:timers/promises';
import { startCollector } from '../../cli/src/viewer/collector';
import type { Collector } from '../../cli/src/viewer/collector';

let afterwards: Promise<void> | undefined;

@Handler({ name: 'ship', coldStartSpans: false })
class Ship {
  async notify(): Promise<void> {
    const span = startSpan('notify');
    await sleep(30);
    span.end();
  }

  handle(): string {
    afterwards = this.notify();
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
] as const)('%s, with %s, exports spans that ended after their invocation', async (hook, _, call) => {
  const { handler, ...hooks } = create();
  await invoke(handler, {}, context());
  await afterwards;
  expect(names()).toEqual(['ship']);
  expect(await call(hooks[hook])).toBeUndefined();
  expect(names()).toEqual(['ship', 'notify']);
});

test.each([
  ['a promise', asPromise],
  ['a callback', asCallback],
])('initialize, with %s, returns undefined, and the next invocation is exported', async (_, call) => {
  const { handler, initialize } = create();
  expect(await call(initialize)).toBeUndefined();
  await invoke(handler, {}, context());
  await afterwards;
  expect(names()).toEqual(['ship']);
});

test('preFreeze and preStop before the first invocation do nothing', async () => {
  const { preFreeze, preStop } = create();
  await Promise.all([preFreeze(context()), preStop(context())]);
  expect(collector.requests).toEqual({ jaeger: 0, otlp: 0, rejected: 0 });
});

test('spans that ended after an invocation are exported with the next one', async () => {
  const { handler } = create();
  await invoke(handler, {}, context());
  await afterwards;
  await invoke(handler, {}, context());
  expect(names()).toEqual(['ship', 'notify', 'ship']);
});

test('a traced call that is still running when the invocation ends is exported with the event fc_traced.abandoned', async () => {
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
