import 'reflect-metadata';
import { container, inject } from 'tsyringe';
import { createHandler, Handler, InjectTracer, Service, Traced, TRACER } from 'fc-traced';
import type { Tracer } from 'fc-traced';
import { setTimeout as pause } from 'node:timers/promises';
import { expectTrace, fakeFcContext, invoke, recordTraces } from 'fc-traced/testing';

@Service({ scope: 'singleton' })
class Warehouse {
  constructor(@InjectTracer() readonly tracer: Tracer) {}
  async find(id: number): Promise<number> {
    return this.tracer.startActiveSpan(`find ${id}`, async (span) => {
      await pause((id * 7) % 5);
      this.tracer.startSpan(`shelf ${id}`).end();
      span.end();
      return id;
    });
  }
}
@Service()
class Stock {
  constructor(
    readonly warehouse: Warehouse,
    @InjectTracer() readonly tracer: Tracer,
  ) {}
  @Traced()
  async take(id: number): Promise<number> {
    await pause(id % 3);
    return this.warehouse.find(id);
  }
}
@Handler({ name: 'orders' })
class Orders {
  constructor(readonly stock: Stock) {}
  async handle({ id }: { id: number }): Promise<number> {
    await pause(id % 4);
    return this.stock.take(id);
  }
}
const traces = recordTraces();
afterEach(() => traces.clear());
afterAll(() => traces.stop());

test('200 concurrent invocations of one singleton produce 200 separate traces', async () => {
  const { handler } = createHandler(Orders);
  const ids = Array.from({ length: 200 }, (_, id) => id);
  expect(await Promise.all(ids.map((id) => invoke(handler, { id }, fakeFcContext({ requestId: `r${id}` }))))).toEqual(
    ids,
  );
  const all = traces.traces();
  expect(all).toHaveLength(200);
  for (const trace of all) {
    const id = (trace.roots[0]!.span.attributes['faas.invocation_id'] as string).slice(1);
    expectTrace(trace).toMatchTree(`orders\n  Stock.take\n    find ${id}\n      shelf ${id}`);
  }
});

test('the injected tracer records nothing in an unsampled invocation, also while a sampled one is running', async () => {
  const { handler } = createHandler(Orders);
  const off = fakeFcContext({ tracing: { openTracingSpanContext: '1:1:0:0' } });
  await Promise.all([invoke(handler, { id: 1 }), invoke(handler, { id: 2 }, off), invoke(handler, { id: 3 })]);
  expect(
    traces
      .spans()
      .filter(({ name }) => name.startsWith('find'))
      .map(({ name }) => name)
      .sort(),
  ).toEqual(['find 1', 'find 3']);
});

test('startActiveSpan returns and throws what its function does', async () => {
  let tracer!: Tracer;
  @Handler({ name: 'forms' })
  class Forms {
    constructor(@InjectTracer() given: Tracer) {
      tracer = given;
    }
    handle(): unknown {
      const error = new Error('mine');
      const values = [
        tracer.startActiveSpan('a', (span) => {
          span.end();
          return 1;
        }),
        tracer.startActiveSpan('b', { attributes: { b: 2 } }, (span) => {
          span.end();
          return 2;
        }),
      ];
      try {
        tracer.startActiveSpan('c', (span) => {
          span.end();
          throw error;
        });
      } catch (thrown) {
        return [...values, thrown === error];
      }
      return 'not thrown';
    }
  }
  expect(await invoke(createHandler(Forms).handler)).toEqual([1, 2, true]);
  expectTrace(traces.only()).toMatchTree({
    name: 'forms',
    children: [{ name: 'a' }, { name: 'b', attributes: { b: 2 } }, { name: 'c' }],
  });
});

test('a tracer that the application registered as TRACER is injected everywhere', async () => {
  const own = container.createChildContainer();
  const mine = { mine: true } as unknown as Tracer;
  own.register(TRACER, { useValue: mine });
  class Single {
    constructor(@inject(TRACER) readonly tracer: Tracer) {}
  }
  own.registerSingleton(Single);
  Service()(Single);
  @Handler({ container: own })
  class Uses {
    constructor(
      @InjectTracer() readonly tracer: Tracer,
      readonly single: Single,
    ) {}
    handle(): boolean[] {
      return [this.tracer === mine, this.single.tracer === mine];
    }
  }
  expect(await invoke(createHandler(Uses).handler)).toEqual([true, true]);
});

test('injecting the tracer does not leave a registration in the container of the application', async () => {
  const own = container.createChildContainer();
  @Handler({ container: own })
  class Uses {
    constructor(@InjectTracer() readonly tracer: Tracer) {}
    handle(): void {}
  }
  const { handler, initialize } = createHandler(Uses);
  await initialize(fakeFcContext());
  await invoke(handler);
  expect([own.isRegistered(TRACER, true), container.isRegistered(TRACER)]).toEqual([false, false]);
});
