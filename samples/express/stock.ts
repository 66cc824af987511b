import { Traced } from 'fc-traced';

export interface Shelf {
  readonly sku: string;
  readonly shelf: number;
}

/** A service that knows neither Express nor Nest. */
export class Stock {
  @Traced({ attributes: (sku: string) => ({ 'order.sku': sku }) })
  async reserve(sku: string): Promise<Shelf> {
    if (sku === 'samovar') throw new Error('the shelf of the samovar has fallen down');
    return { sku, shelf: await this.find(sku) };
  }

  @Traced()
  async find(sku: string): Promise<number> {
    return sku.length;
  }
}
