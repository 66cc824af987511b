import { createHandler, Handler, Traced } from 'fc-traced';
import { fakeFcContext, invoke } from 'fc-traced/testing';
import { startCollector } from '../../cli/src/viewer/collector';
import type { Collector } from '../../cli/src/viewer/collector';

@Handler({ name: 'ship', coldStartSpans: false })
class Ship {
  @Traced()
  async pack(): Promise<string> {
    return 'packed';
  }

  handle(event: { fail?: boolean }): Promise<string> {
    if (event.fail) throw new Error('no stock');
    return this.pack();
  }
}

let collector: Collector;
beforeAll(async () => {
  collector = await startCollector();
});
afterEach(() => collector.clear());
afterAll(() => collector.close());

const names = (): string[] =>
  collector
    .spans()
    .map(({ name }) => name)
    .sort();
const context = (): ReturnType<typeof fakeFcContext> =>
  fakeFcContext({ tracing: { jaegerEndpoint: collector.jaegerEndpoint } });

test('the whole trace reaches the collector before the promise settles', async () => {
  expect(await invoke(createHandler(Ship).handler, {}, context())).toBe('packed');
  expect(names()).toEqual(['Ship.pack', 'ship']);
});

test('the whole trace reaches the collector before the callback is called', async () => {
  const atAnswer = await new Promise((resolve) => {
    const returned = createHandler(Ship).handler(Buffer.from('{}'), context(), (error, value) =>
      resolve([error, value, names()]),
    );
    expect(returned).toBeUndefined();
  });
  expect(atAnswer).toEqual([null, 'packed', ['Ship.pack', 'ship']]);
});

test('the trace of a failed invocation reaches the collector before the promise rejects', async () => {
  await expect(invoke(createHandler(Ship).handler, { fail: true }, context())).rejects.toThrow('no stock');
  expect(collector.spans()).toMatchObject([{ name: 'ship', status: { code: 'ERROR', message: 'no stock' } }]);
});

test('an invocation whose caller did not sample exports nothing', async () => {
  const unsampled = fakeFcContext({
    tracing: {
      jaegerEndpoint: collector.jaegerEndpoint,
      openTracingSpanContext: '124ed43254b54966:124ed43254b54966:0:0',
    },
  });
  expect(await invoke(createHandler(Ship).handler, {}, unsampled)).toBe('packed');
  expect(collector.requests).toEqual({ jaeger: 0, otlp: 0, rejected: 0 });
});
