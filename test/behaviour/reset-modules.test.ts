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
