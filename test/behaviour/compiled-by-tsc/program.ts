// Compiled by tsc with legacy decorators and emitted metadata, and run with the built package by
// ../compiled-by-tsc.test.ts.
import { createHandler, Handler, InjectTracer, Service, Traced } from 'fc-traced';
import type { Tracer } from 'fc-traced';
import { fakeFcContext, invoke, recordTraces } from 'fc-traced/testing';

const error = new Error('none left');
const shared = Promise.resolve(7);

@Service({ scope: 'singleton' })
class Warehouse {
  constructor(@InjectTracer() private readonly tracer: Tracer) {}
  find(id: number): string {
    return this.tracer.startActiveSpan('shelf', (span) => {
      span.end();
      return `shelf ${id}`;
    });
  }
}
@Service()
class Stock {
  static readonly kinds = 3;
  readonly #secret = 'secret';
  constructor(readonly warehouse: Warehouse) {}
  @Traced({ attributes: (id: number) => ({ 'order.id': id }) })
  async take(id: number, _note = ''): Promise<string> {
    await shared;
    return `${this.#secret} ${this.warehouse.find(id)}`;
  }
  @Traced()
  sync(): number {
    return 7;
  }
  @Traced()
  promise(): Promise<number> {
    return shared;
  }
  @Traced()
  static count(): number {
    return this.kinds;
  }
  @Traced()
  async fail(): Promise<never> {
    throw error;
  }
}
@Handler({ name: 'orders' })
class Orders {
  constructor(readonly stock: Stock) {}
  async handle(event: { id: number }): Promise<unknown> {
    const { stock } = this;
    return [
      await stock.take(event.id),
      stock.sync(),
      stock.promise() === shared,
      Stock.count(),
      await stock.fail().catch((thrown: unknown) => thrown === error),
      stock.take.name,
      stock.take.length,
    ];
  }
}

async function main(): Promise<void> {
  const traces = recordTraces();
  const { handler, initialize } = createHandler(Orders);
  await initialize(fakeFcContext());
  const answer = await invoke(handler, { id: 7 });
  const unhandled: string[] = [];
  process.on('unhandledRejection', (reason) => unhandled.push((reason as Error).message));
  void new Stock(new Warehouse({} as Tracer)).fail();
  await new Promise((resolve) => setTimeout(resolve, 20));
  const spans = traces
    .traces()[0]!
    .spans.map(
      ({ name, status, attributes, events }) =>
        `${name} ${status.code} ${JSON.stringify(attributes['order.id'] ?? null)} ${events.length}`,
    )
    .sort();
  process.stdout.write(JSON.stringify({ answer, unhandled, spans }));
}
void main();
