import { propagation } from '@opentelemetry/api';
import { createHandler, currentSpan, Handler, InjectTracer, Service, Traced } from 'fc-traced';
import type { Tracer } from 'fc-traced';
import { fakeFcContext, invoke, recordTraces } from 'fc-traced/testing';
import type { SpanNode } from 'fc-traced/testing';
import { setTimeout as sleep } from 'node:timers/promises';

const INVOCATIONS = 200;
const pause = (id: number, step: number): Promise<unknown> =>
  (id * 7 + step * 13) % 5 === 0 ? Promise.resolve() : sleep((id * 31 + step * 17) % 9);

@Service({ scope: 'singleton' })
class Stock {
  constructor(@InjectTracer() private readonly tracer: Tracer) {}

  @Traced({ attributes: (id: number) => ({ id }) })
  async take(id: number): Promise<string | undefined> {
    await pause(id, 1);
    await this.tracer.startActiveSpan('shelf', { attributes: { id } }, async (span) => {
      await pause(id, 2);
      currentSpan().setAttribute('seen', id);
      span.end();
    });
    const tenant = propagation.getActiveBaggage()?.getEntry('tenant')?.value;
    if (id % 3 === 0) throw new Error(`no stock of ${id}`);
    return tenant;
  }
}

@Handler({ name: 'ship' })
class Ship {
  constructor(private readonly stock: Stock) {}

  @Traced({ attributes: (id: number) => ({ id }) })
  async check(id: number): Promise<void> {
    await pause(id, 3);
  }

  async handle(event: { id: number }): Promise<unknown> {
    currentSpan().setAttribute('id', event.id);
    await pause(event.id, 0);
    const [tenant] = await Promise.all([this.stock.take(event.id), this.check(event.id)]);
    return { id: event.id, tenant };
  }
}

const traces = recordTraces();
afterAll(() => traces.stop());

const traceIdOf = (id: number): string | undefined =>
  id % 4 === 3 ? undefined : (0xf0000 + id).toString(16).padStart(32, 'a');
const flatten = (node: SpanNode): SpanNode[] => [node, ...node.children.flatMap(flatten)];

test('200 concurrent invocations record 200 separate, correct traces', async () => {
  const { handler } = createHandler(Ship);
  const answers = await Promise.all(
    Array.from({ length: INVOCATIONS }, async (_, id) => {
      await sleep(id % 13);
      const traceId = traceIdOf(id);
      const openTracingSpanContext =
        traceId === undefined ? undefined : `${traceId}:${(0xf0000 + id).toString(16).padStart(16, 'b')}:0:1`;
      const context = fakeFcContext({
        requestId: `request ${id}`,
        tracing: { openTracingSpanContext, openTracingSpanBaggages: { tenant: `tenant ${id}` } },
      });
      return invoke(handler, { id }, context).catch((error: Error) => error.message);
    }),
  );
  await sleep(50);
  expect(answers).toEqual(
    Array.from({ length: INVOCATIONS }, (_, id) =>
      id % 3 === 0 ? `no stock of ${id}` : { id, tenant: `tenant ${id}` },
    ),
  );
  expect(traces.traces()).toHaveLength(INVOCATIONS);
  const seen = new Set<unknown>();
  for (const { roots, traceId } of traces.traces()) {
    expect(roots).toHaveLength(1);
    const [root] = roots as [SpanNode];
    const id = root.span.attributes.id as number;
    seen.add(id);
    expect(root.span.attributes['faas.invocation_id']).toBe(`request ${id}`);
    if (traceIdOf(id) !== undefined) {
      expect([traceId, root.span.parentSpanId]).toEqual([traceIdOf(id), (0xf0000 + id).toString(16).padStart(16, 'b')]);
    } else expect(root.span.parentSpanId).toBeUndefined();
    expect(
      flatten(root)
        .map(({ span }) => span.name)
        .sort(),
    ).toEqual(['Ship.check', 'Stock.take', 'shelf', 'ship']);
    expect(new Set(flatten(root).map(({ span }) => span.attributes.id))).toEqual(new Set([id]));
    expect(flatten(root).find(({ span }) => span.name === 'shelf')!.span.attributes.seen).toBe(id);
    const failed = flatten(root)
      .filter(({ span }) => span.status.code === 'ERROR')
      .map(({ span }) => span.name)
      .sort();
    expect(failed).toEqual(id % 3 === 0 ? ['Stock.take', 'ship'] : []);
    expect(root.children.map(({ span }) => span.name).sort()).toEqual(['Ship.check', 'Stock.take']);
  }
  expect(seen.size).toBe(INVOCATIONS);
});
