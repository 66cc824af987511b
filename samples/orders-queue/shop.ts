import 'reflect-metadata';
import { connect } from 'amqplib';
import type { ConfirmChannel } from 'amqplib';
import { createHandler, Handler, messageHeaders, readJson, Service, Traced } from 'fc-traced';
import type { HttpEvent } from 'fc-traced';

type Order = { readonly id: string; readonly sku: string };

@Service({ scope: 'singleton' })
class Queue {
  private channel: Promise<ConfirmChannel> | undefined;

  @Traced({ name: 'send orders', kind: 'producer', attributes: ({ sku }: Order) => ({ 'order.sku': sku }) })
  async send(order: Order): Promise<void> {
    const channel = await (this.channel ??= this.open());
    const options = { messageId: order.id, contentType: 'application/json', headers: messageHeaders() };
    channel.sendToQueue('orders', Buffer.from(JSON.stringify(order)), options);
    await channel.waitForConfirms();
  }

  private async open(): Promise<ConfirmChannel> {
    // No heartbeat: the instance may be frozen between two invocations.
    const connection = await connect(`${process.env['AMQP_URL'] ?? ''}?heartbeat=0`);
    const channel = await connection.createConfirmChannel();
    await channel.assertQueue('orders');
    return channel;
  }
}

@Handler({ trigger: 'http', route: '/orders' })
class Shop {
  constructor(private readonly queue: Queue) {}

  async handle(event: HttpEvent): Promise<{ accepted: string }> {
    const order = (await readJson(event)) as Order;
    await this.queue.send(order);
    return { accepted: order.id };
  }
}

export const { handler, initialize, preStop } = createHandler(Shop);
