// Compiled by `npm run typecheck`, never run: with standard decorators, the argument types are inferred from the
// method.
import { FC_EVENT, Handler, Service, TRACER, Traced } from 'fc-traced';
import type { Tracer } from 'fc-traced';

interface Order {
  readonly id: string;
}

@Service({ inject: [TRACER], scope: 'invocation' })
export class Stock {
  constructor(readonly tracer: Tracer) {}
  @Traced() plain(): void {}
  @Traced('name') async named(_id: number): Promise<string> {
    return '';
  }
  @Traced({ attributes: (order, count) => ({ 'order.id': order.id.toUpperCase(), count: count.toFixed() }) })
  async ship(_order: Order, _count: number): Promise<void> {}
  @Traced() static shared(): void {}
  @Traced() #hidden(): void {}
  use(): void {
    this.#hidden();
  }
}
@Handler({ inject: [Stock, FC_EVENT], name: 'orders' })
export class Orders {
  constructor(
    readonly stock: Stock,
    readonly event: unknown,
  ) {}
  handle(): void {}
  @Handler({ name: 'cancellation' }) async cancel(_event: Order): Promise<void> {}
}

export class Wrong {
  // @ts-expect-error -- the order has no such field
  @Traced({ attributes: (order) => ({ id: order.identifier }) }) field(_order: Order): void {}
  // @ts-expect-error -- the method takes a number
  @Traced({ attributes: (id: string) => ({ id }) }) argument(_id: number): void {}
  // @ts-expect-error -- unknown option
  @Traced({ nam: 'x' }) option(): void {}
  // @ts-expect-error -- on a field
  @Handler() entry = 1;
  // @ts-expect-error -- on an accessor
  @Handler() get value(): number {
    return 1;
  }
}
