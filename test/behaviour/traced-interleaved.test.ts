import { createHandler, currentSpan, Handler, Service, Traced } from 'fc-traced';
import { expectTrace, fakeFcContext, invoke, recordTraces } from 'fc-traced/testing';
import { setTimeout as pause } from 'node:timers/promises';

@Service({ scope: 'singleton' })
class Stock {
  @Traced({ attributes: (id) => ({ 'order.id': id }) })
  async take(id: number): Promise<void> {
    await pause((id * 13) % 7);
    if (id % 5 === 4) throw new Error(`none left for ${id}`);
    this.log(id);
    currentSpan().setAttribute('after', id);
  }
  @Traced({ attributes: (id) => ({ 'log.id': id }) })
  log(_id: number): void {}
}
@Handler({ name: 'orders' })
class Orders {
  constructor(readonly stock: Stock) {}
  async handle(id: number): Promise<number> {
    await pause(id % 3);
    await Promise.all([this.stock.take(id), pause(1).then(() => this.stock.log(id))]);
    return id;
  }
}
const traces = recordTraces();
afterAll(() => traces.stop());

test('60 concurrent invocations, sampled, unsampled and failing, have separate spans, attributes and errors', async () => {
  const { handler } = createHandler(Orders);
  const ids = Array.from({ length: 60 }, (_, id) => id);
  const traceId = (id: number): string => (id + 1).toString(16).padStart(32, '0');
  const settled = await Promise.allSettled(
    ids.map((id) =>
      invoke(
        handler,
        String(id),
        fakeFcContext({ tracing: { openTracingSpanContext: `${traceId(id)}:1:0:${id % 3 === 2 ? 0 : 1}` } }),
      ),
    ),
  );
  settled.forEach((outcome, id) => {
    if (id % 5 === 4) expect(outcome).toMatchObject({ status: 'rejected', reason: { message: `none left for ${id}` } });
    else expect(outcome).toEqual({ status: 'fulfilled', value: id });
  });
  await pause(20);
  const all = traces.traces();
  expect(all.map((trace) => trace.traceId).sort()).toEqual(
    ids
      .filter((id) => id % 3 !== 2)
      .map(traceId)
      .sort(),
  );
  for (const trace of all) {
    const id = Number.parseInt(trace.traceId, 16) - 1;
    const failed = id % 5 === 4;
    const log = { name: 'Stock.log', attributes: { 'log.id': id } };
    const take = { name: 'Stock.take', attributes: { 'order.id': id, after: failed ? undefined : id } };
    expectTrace(trace).toMatchTree({
      name: 'orders',
      status: failed ? 'ERROR' : 'UNSET',
      children: [failed ? { ...take, status: 'ERROR', events: ['exception'] } : { ...take, children: [log] }, log],
    });
  }
});
