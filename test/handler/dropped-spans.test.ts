import { createHandler, Handler, Traced } from 'fc-traced';
import { deliveryStats, fakeFcContext, invoke } from 'fc-traced/testing';
import type { SpanRecord } from 'fc-traced/testing';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setImmediate } from 'node:timers/promises';
import { readBody } from '../../cli/src/viewer/collector';
import { decodeJaegerThrift } from '../../cli/src/viewer/jaeger-thrift';

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

/** More than a busy machine takes. */
const BUDGET = { flushTimeoutMillis: 10_000, exportTimeoutMillis: 10_000 };

let status: number | 'silence';
let spans: SpanRecord[];
let server: Server;
beforeEach(async () => {
  spans = [];
  server = createServer(
    (request, response) =>
      void readBody(request).then(
        (body) => {
          if (status === 'silence') {
            server.emit('silence');
            return;
          }
          if (status === 202) spans.push(...decodeJaegerThrift(body));
          response.writeHead(status).end();
        },
        () => {},
      ),
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterEach(() => {
  server.closeAllConnections();
  server.close();
});

const context = (): ReturnType<typeof fakeFcContext> =>
  fakeFcContext({
    tracing: { jaegerEndpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/traces` },
  });
const reported = (): unknown => spans.find(({ name }) => name === 'ship')?.attributes['fc_traced.dropped_spans'];

test('rejected spans are counted once, on the next invocation span that is exported', async () => {
  const { handler, preStop } = createHandler(Ship, BUDGET);
  const dropped = (): number => Object.values(deliveryStats().dropped).reduce((sum, count) => sum + count, 0);
  const before = dropped();
  status = 400;
  for (let index = 0; index < 7; index += 1) expect(await invoke(handler, {}, context())).toBe('packed');
  // After several failures an invocation waits for 50 ms only, too short on a busy machine.
  const latest = performance.now() + BUDGET.flushTimeoutMillis;
  while (dropped() < before + 14 && performance.now() < latest) await setImmediate();
  expect(dropped()).toBe(before + 14);
  status = 202;
  await invoke(handler, {}, context());
  await preStop(context());
  expect(spans.map(({ name }) => name)).toEqual(['Ship.pack', 'ship']);
  expect(reported()).toBe(14);
  spans = [];
  await invoke(handler, {}, context());
  expect(reported()).toBeUndefined();
});

test('no spans are lost if one request fails', async () => {
  const { handler, preStop } = createHandler(Ship, BUDGET);
  status = 'silence';
  const received = once(server, 'silence');
  const first = invoke(handler, {}, context());
  await received;
  status = 202;
  server.closeAllConnections();
  await first;
  await invoke(handler, {}, context());
  await preStop(context());
  expect(spans.map(({ name }) => name)).toEqual(['Ship.pack', 'ship', 'Ship.pack', 'ship']);
  expect(reported()).toBeUndefined();
});

test('while the collector does not respond, invocations wait for one budget in all, and wait again when it does', async () => {
  const { handler, preStop } = createHandler(Ship, { flushTimeoutMillis: 400, exportTimeoutMillis: 10_000 });
  const waited = async (work: () => Promise<unknown>): Promise<number> => {
    const before = deliveryStats().waitedMillis;
    await work();
    return deliveryStats().waitedMillis - before;
  };
  const call = async (): Promise<void> => {
    expect(await invoke(handler, {}, context())).toBe('packed');
  };
  status = 202;
  await call();
  status = 'silence';
  expect(await waited(call)).toBeGreaterThan(300);
  for (let index = 0; index < 8; index += 1) expect(await waited(call)).toBeLessThan(200);
  status = 202;
  server.closeAllConnections();
  await preStop(context());
  expect(spans.filter(({ name }) => name === 'ship')).toHaveLength(10);
  spans = [];
  await call();
  expect(spans.map(({ name }) => name)).toEqual(['Ship.pack', 'ship']);
});

test('1,500 spans of an invocation are exported once each, even if one request fails', async () => {
  class Many {
    @Traced()
    step(): void {}
    handle(): void {
      for (let index = 0; index < 1_499; index += 1) this.step();
    }
  }
  let requests = 0;
  server.prependListener('request', () => (status = (requests += 1) === 2 ? 500 : 202));
  await invoke(createHandler(Many, { flushTimeoutMillis: 10_000 }).handler, {}, context());
  expect([new Set(spans.map(({ spanId }) => spanId)).size, spans.length]).toEqual([1_500, 1_500]);
});
