import { createHandler, deliveryStats, Handler, Service, Traced } from 'fc-traced';
import type { HandlerOptions } from 'fc-traced';
import { fakeFcContext, invoke } from 'fc-traced/testing';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { startCollector } from '../../cli/src/viewer/collector';
import type { Collector } from '../../cli/src/viewer/collector';

const BUDGET = 200;
/** What busy machines add. */
const SLACK = 300;

@Service()
class Pool {
  dispose(): Promise<void> {
    return new Promise(() => {});
  }
}

@Handler({ name: 'ship', coldStartSpans: false, inject: [Pool] })
class WithPool {
  constructor(readonly pool: Pool) {}
  handle(): string {
    return 'done';
  }
}

@Handler({ name: 'ship', coldStartSpans: false })
class Ship {
  @Traced()
  pack(): string {
    return 'packed';
  }
  handle(): string {
    return this.pack();
  }
}

let silent: Server;
let collector: Collector;
beforeAll(async () => {
  silent = createServer(() => {});
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
  collector = await startCollector();
  // Loads the SDK.
  await invoke(createHandler(Ship, { endpoint: collector.jaegerEndpoint }).handler, {}, fakeFcContext());
});
afterEach(() => collector.clear());
afterAll(async () => {
  silent.closeAllConnections();
  silent.close();
  await collector.close();
});

const silentEndpoint = (): string => `http://127.0.0.1:${(silent.address() as AddressInfo).port}/api/traces`;

/** Invokes a handler several times. Returns how long each response waited for tracing, in milliseconds. */
async function waits(
  handlerClass: new (...args: never[]) => { handle(): string },
  options: HandlerOptions,
  calls: number,
): Promise<number[]> {
  const { handler } = createHandler(handlerClass, options);
  const waited: number[] = [];
  for (let call = 0; call < calls; call += 1) {
    const before = deliveryStats().waitedMillis;
    await invoke(handler, {}, fakeFcContext());
    waited.push(deliveryStats().waitedMillis - before);
  }
  return waited;
}

test.each([100, 1_000, 60_000])(
  'an endpoint that does not respond costs one budget in all, with an export timeout of %i ms',
  async (exportTimeoutMillis) => {
    const waited = await waits(
      Ship,
      { endpoint: silentEndpoint(), flushTimeoutMillis: BUDGET, exportTimeoutMillis },
      8,
    );
    expect(waited.reduce((sum, millis) => sum + millis, 0)).toBeLessThan(BUDGET + SLACK);
  },
);

test('a service whose dispose hangs and an endpoint that does not respond share one budget', async () => {
  const [first] = await waits(
    WithPool,
    { endpoint: silentEndpoint(), flushTimeoutMillis: BUDGET, exportTimeoutMillis: 60_000 },
    1,
  );
  expect(first).toBeGreaterThan(BUDGET - 50);
  expect(first).toBeLessThan(BUDGET + SLACK);
});

test('a span processor whose flush hangs is waited for once, and again when it has finished', async () => {
  let finish = (): void => {};
  const hangs = {
    onStart: () => {},
    onEnd: () => {},
    forceFlush: () => new Promise<void>((resolve) => (finish = resolve)),
    shutdown: async () => {},
  };
  const { handler } = createHandler(Ship, {
    spanProcessors: [hangs],
    flushTimeoutMillis: BUDGET,
    endpoint: collector.jaegerEndpoint,
  });
  const wait = async (): Promise<number> => {
    const before = deliveryStats().waitedMillis;
    await invoke(handler, {}, fakeFcContext());
    return deliveryStats().waitedMillis - before;
  };
  const waited = [await wait(), await wait(), await wait(), await wait(), await wait()];
  expect(waited[0]).toBeGreaterThan(BUDGET - 50);
  expect(waited.reduce((sum, millis) => sum + millis, 0)).toBeLessThan(2 * BUDGET + SLACK);
  // The flush that waits for it hangs as well.
  finish();
  await new Promise(setImmediate);
  finish();
  await new Promise(setImmediate);
  expect(await wait()).toBeGreaterThan(BUDGET - 50);
  finish();
});

test('deliveryStats counts each span once, and all of them', async () => {
  const before = deliveryStats();
  await waits(Ship, { endpoint: collector.otlpEndpoint, flushTimeoutMillis: 10_000 }, 5);
  const after = deliveryStats();
  expect([after.made - before.made, after.sent - before.sent, after.acknowledged - before.acknowledged]).toEqual([
    10, 10, 10,
  ]);
  expect(after.made).toBe(after.acknowledged + after.waiting + Object.values(after.dropped).reduce((a, b) => a + b, 0));
});

test.each(['beforeResponse', 'auto', 'preFreeze', 'deferred'] as const)(
  'delivery %s: what has arrived at the response, after preFreeze, and after preStop',
  async (delivery) => {
    const { handler, preFreeze, preStop } = createHandler(Ship, {
      delivery,
      endpoint: collector.jaegerEndpoint,
      flushTimeoutMillis: 10_000,
    });
    const arrived: number[] = [];
    const call = async (): Promise<void> => {
      await invoke(handler, {}, fakeFcContext());
      arrived.push(collector.spans().length);
    };
    await call();
    await preFreeze(fakeFcContext());
    arrived.push(collector.spans().length);
    await call();
    await preFreeze(fakeFcContext());
    await call();
    // FC has not called preFreeze.
    await call();
    await preStop(fakeFcContext());
    arrived.push(collector.spans().length);
    expect(arrived).toEqual(
      {
        // The last call comes without a hook before it, so its response waits, and what the one before left is sent.
        auto: [2, 2, 2, 4, 8, 8],
        beforeResponse: [2, 2, 4, 6, 8, 8],
        preFreeze: [0, 2, 2, 4, 4, 8],
        deferred: [0, 2, 2, 4, 4, 8],
      }[delivery],
    );
  },
);

test('with delivery deferred, the spans of an invocation are sent while the next one runs', async () => {
  const { handler } = createHandler(
    class {
      async handle({ millis }: { millis: number }): Promise<void> {
        const before = collector.spans().length;
        while (millis > 0 && collector.spans().length === before) {
          await new Promise((resolve) => setTimeout(resolve, 2));
        }
      }
    },
    { delivery: 'deferred', endpoint: collector.jaegerEndpoint, name: 'slow', coldStartSpans: false },
  );
  await invoke(handler, { millis: 0 }, fakeFcContext());
  expect(collector.spans()).toEqual([]);
  await invoke(handler, { millis: 1 }, fakeFcContext());
  expect(collector.spans()).toHaveLength(1);
});

test('20,000 spans of one call, made without a pause, arrive', async () => {
  class Many {
    @Traced()
    step(): void {}
    handle(): void {
      for (let index = 0; index < 19_999; index += 1) this.step();
    }
  }
  const { handler, preStop } = createHandler(Many, {
    name: 'many',
    endpoint: collector.otlpEndpoint,
    flushTimeoutMillis: 60_000,
    coldStartSpans: false,
  });
  await invoke(handler, {}, fakeFcContext());
  await preStop(fakeFcContext());
  const spans = collector.spans().filter(({ name }) => name === 'many' || name === 'Many.step');
  expect(new Set(spans.map(({ spanId }) => spanId)).size).toBe(20_000);
}, 60_000);

test('a call that lasts longer than a second delivers as it goes', async () => {
  class Long {
    @Traced()
    async step(): Promise<void> {}
    async handle(): Promise<number> {
      await this.step();
      while (collector.spans().length === 0) await new Promise((resolve) => setTimeout(resolve, 20));
      return collector.spans().length;
    }
  }
  const { handler } = createHandler(Long, { endpoint: collector.otlpEndpoint });
  expect(await invoke(handler, {}, fakeFcContext())).toBe(1);
});
