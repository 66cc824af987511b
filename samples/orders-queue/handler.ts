import 'reflect-metadata';
import { createHandler, forEachRecord, Handler, Service, Traced } from 'fc-traced';
import type { RabbitMqEvent } from 'fc-traced';

type Order = { readonly id: string; readonly sku: string };

@Service({ scope: 'singleton' })
class Carrier {
  private hasRefused = false;

  @Traced({ kind: 'client', attributes: ({ sku }: Order) => ({ 'order.sku': sku }) })
  async book({ sku }: Order): Promise<void> {
    if (sku !== 'samovar' || this.hasRefused) return;
    // The carrier has no truck for the first samovar, and finds one later.
    this.hasRefused = true;
    throw new Error('no truck for a samovar');
  }
}

@Handler({ trigger: 'rabbitmq' })
class Shipping {
  constructor(private readonly carrier: Carrier) {}

  async handle(event: RabbitMqEvent): Promise<void> {
    await forEachRecord(event, ({ data }) => this.carrier.book(data.body as Order));
  }
}

export const { handler, initialize, preStop } = createHandler(Shipping);
