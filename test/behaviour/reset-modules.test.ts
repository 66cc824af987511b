import { createServer, get } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expectTrace, invoke, recordTraces } from 'fc-traced/testing';

type Package = typeof import('fc-traced');

const traces = recordTraces();
afterAll(() => traces.stop());
beforeEach(() => {
  traces.clear();
  jest.resetModules();
});

/** The package as the modules of a test load it after `jest.resetModules()`. */
const load = (): Package => require('fc-traced') as Package;

function handlerOf({ createHandler, Handler, Traced }: Package, work: () => unknown = () => undefined) {
  @Handler({ name: 'shop', instrumentations: ['http', 'undici'] })
  class Shop {
    async handle(): Promise<unknown> {
      return this.order();
    }

    @Traced() async order(): Promise<unknown> {
      return work();
    }
  }
  return createHandler(Shop).handler;
}

test.each([1, 2, 3])('after reset %s, the recorder of the first copy records the trace of a new one', async () => {
  await invoke(handlerOf(load()), {});
  expectTrace(traces.only()).toMatchTree('shop\n└─ Shop.order');
});

test('handlers of several copies that run at the same time have a trace each', async () => {
  const handlers = [1, 2, 3].map(() => {
    jest.resetModules();
    return handlerOf(load(), () => new Promise((resolve) => setTimeout(resolve, 2)));
  });
  await Promise.all(handlers.map((handler) => invoke(handler, {})));
  expect(traces.traces()).toHaveLength(3);
  for (const trace of traces.traces()) expectTrace(trace).toMatchTree('shop\n└─ Shop.order');
});

test('requests of node:http and fetch have one span each, in each copy', async () => {
  const server = createServer((_request, response) => response.end('ok'));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const work = async (): Promise<void> => {
    await (await fetch(url)).text();
    await new Promise((resolve) => get(url, (response) => response.resume().on('end', resolve)));
  };
  const handlers = [1, 2].map(() => {
    jest.resetModules();
    return handlerOf(load(), work);
  });
  for (const handler of [...handlers, ...handlers]) await invoke(handler, {});
  server.closeAllConnections();
  server.close();
  expect(traces.traces()).toHaveLength(4);
  for (const trace of traces.traces()) expectTrace(trace).toMatchTree('shop\n└─ Shop.order\n   ├─ GET\n   └─ GET');
});

describe('decorators of two copies on one class', () => {
  /** Two copies, the later one second. */
  const copies = (): [Package, Package] => {
    const first = load();
    jest.resetModules();
    return [first, load()];
  };

  test('start one span for a method, with the options of both, of which the outer ones take precedence', async () => {
    const [inner, outer] = copies();
    class Orders {
      @outer.Traced({ name: 'outer', attributes: { from: 'outer' } })
      @inner.Traced({ name: 'inner', kind: 'client', countStream: true })
      ship(): string {
        return 'shipped';
      }

      handle(): string {
        return this.ship();
      }
    }
    for (const copy of [inner, outer]) {
      expect(await invoke(copy.createHandler(Orders, { name: 'shop' }).handler, {})).toBe('shipped');
      expectTrace(traces.only()).toMatchTree({
        name: 'shop',
        children: [{ name: 'outer', kind: 'client', attributes: { from: 'outer' } }],
      });
      traces.clear();
    }
  });

  test('start one span for a function, an async method, a getter and a static method', async () => {
    const [inner, outer] = copies();
    const price = outer.traced(
      inner.traced(function price(): number {
        return 3;
      }),
    );
    class Orders {
      @outer.Traced() @inner.Traced() async ship(): Promise<number> {
        return price();
      }

      @outer.Traced() @inner.Traced() get count(): number {
        return 1;
      }

      @outer.Traced() @inner.Traced() static open(): Orders {
        return new Orders();
      }

      async handle(): Promise<number> {
        const orders = Orders.open();
        return orders.count + (await orders.ship());
      }
    }
    expect(await invoke(outer.createHandler(Orders, { name: 'shop' }).handler, {})).toBe(4);
    expectTrace(traces.only()).toMatchTree(`
      shop
        Orders.open
        Orders.count
        Orders.ship
          price
    `);
  });

  test('@Traced on a class skips what another copy decorated', async () => {
    const [one, other] = copies();
    @other.Traced({})
    class Orders {
      @one.Untraced() ping(): string {
        return 'pong';
      }

      @one.Traced('sent') ship(): string {
        return this.ping();
      }

      count(): number {
        return 1;
      }

      handle(): string {
        return `${this.ship()} ${this.count()}`;
      }
    }
    await invoke(other.createHandler(Orders, { name: 'shop' }).handler, {});
    expectTrace(traces.only()).toMatchTree(`
      shop
        Orders.handle
          sent
          Orders.count
    `);
  });

  test('@SpanAttribute of one copy is an attribute of the span of another', async () => {
    const [one, other] = copies();
    class Orders {
      @other.Traced() ship(@one.SpanAttribute('order.id') id: number): number {
        return id;
      }

      handle(): number {
        return this.ship(7);
      }
    }
    await invoke(other.createHandler(Orders, { name: 'shop' }).handler, {});
    expect(traces.only().spans.find(({ name }) => name === 'Orders.ship')?.attributes).toMatchObject({ 'order.id': 7 });
  });

  test('an end strategy that one copy registered ends the spans of all copies, until it is removed', async () => {
    const [one, other] = copies();
    class Job {
      fail!: (error: Error) => void;
      readonly done = new Promise<void>((_, reject) => (this.fail = reject));
    }
    const remove = one.registerEndStrategy<Job>({
      supports: (value): value is Job => value instanceof Job,
      follow(job, call) {
        job.done.then(
          () => call.succeed(),
          (error) => call.fail(error),
        );
        return job;
      },
    });
    const failures: string[] = [];
    for (const copy of [one, other, load()]) {
      class Jobs {
        @copy.Traced() start(): Job {
          return new Job();
        }

        async handle(): Promise<void> {
          this.start().fail(new Error('no paper'));
        }
      }
      await invoke(copy.createHandler(Jobs, { name: 'print' }).handler, {});
      failures.push(...traces.only().spans.map(({ name, status }) => `${name} ${status.message ?? ''}`.trim()));
      traces.clear();
    }
    remove();
    expect(failures).toEqual([...Array(3)].flatMap(() => ['print', 'Jobs.start no paper']));
  });
});
