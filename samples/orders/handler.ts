import 'reflect-metadata';
import { createHandler, Handler, InjectTracer, Service, Traced } from 'fc-traced';
import type { Tracer } from 'fc-traced';

interface Order {
  readonly id: string;
  readonly sku: string;
  readonly quantity: number;
}

class OutOfStock extends Error {
  override name = 'OutOfStock';
}

@Service()
class Stock {
  @Traced({ attributes: (sku: string, quantity: number) => ({ 'order.sku': sku, 'order.quantity': quantity }) })
  async reserve(sku: string, quantity: number): Promise<string> {
    await pause(3);
    if (quantity > 10) throw new OutOfStock(`${quantity} of ${sku} were ordered, 10 are left`);
    return `shelf-${sku.length}`;
  }
}

@Service()
class Shipping {
  constructor(@InjectTracer() private readonly tracer: Tracer) {}

  @Traced('ship')
  async ship(order: Order, shelf: string): Promise<string> {
    await pause(2);
    // A span that is started by hand becomes a child of the span of the traced method.
    return this.tracer.startActiveSpan('print label', { attributes: { 'order.shelf': shelf } }, (span) => {
      span.end();
      return `parcel-${order.id}`;
    });
  }
}

@Handler()
export class Orders {
  constructor(
    private readonly stock: Stock,
    private readonly shipping: Shipping,
  ) {}

  async handle(order: Order): Promise<{ order: string; parcel: string }> {
    const shelf = await this.stock.reserve(order.sku, order.quantity);
    return { order: order.id, parcel: await this.shipping.ship(order, shelf) };
  }
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

export const { handler, initialize, preFreeze, preStop } = createHandler(Orders);
