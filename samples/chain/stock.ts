import 'reflect-metadata';
import { createHandler, Handler, Service, Traced } from 'fc-traced';

@Service()
class Prices {
  @Traced()
  async of(sku: string): Promise<number | undefined> {
    const response = await fetch(`${process.env['PRICE_URL'] ?? ''}/prices/${encodeURIComponent(sku)}`);
    const body = await response.text();
    if (response.status === 404) return undefined;
    if (!response.ok) throw new Error(`the price function answered ${response.status}`);
    return (JSON.parse(body) as { price: number }).price;
  }
}

@Handler()
class Stock {
  constructor(private readonly prices: Prices) {}

  async handle({ sku, quantity }: { sku: string; quantity: number }) {
    const price = await this.prices.of(sku);
    return price === undefined ? { refused: `there is no ${sku}` } : { amount: price * quantity };
  }
}

export const { handler, initialize, preStop } = createHandler(Stock, { instrumentations: ['undici'] });
