import { setTimeout as sleep } from 'node:timers/promises';
import { createHandler, Handler, Traced } from 'fc-traced';
import type { FcHook } from 'fc-traced';
import { fakeFcContext, invoke } from 'fc-traced/testing';
import { startCollector } from '../../src/viewer/collector';
import type { Collector } from '../../src/viewer/collector';

let afterwards: Promise<void> | undefined;

@Handler({ name: 'ship' })
class Ship {
  @Traced()
  async tell(): Promise<void> {
    await sleep(30);
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

const context = (): ReturnType<typeof fakeFcContext> => fakeFcContext({ tracing: { jaegerEndpoint: collector.jaegerEndpoint } });
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
  expect(names()).toEqual(['ship', 'Ship.tell']);
});

test.each([['a promise', asPromise], ['a callback', asCallback]])('initialize, with %s, succeeds with no value, and the invocation after it is delivered', async (_, call) => {
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
  expect(names()).toEqual(['ship', 'Ship.tell', 'ship']);
});
