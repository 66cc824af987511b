import { createHandler, Handler } from 'fc-traced';
import { Store as Prices } from './prices.js';
import { Store } from './stock.js';

@Handler()
class Shop {
  constructor(
    private readonly stock: Store,
    private readonly prices: Prices,
  ) {}

  async handle({ article }: { article: string }): Promise<string> {
    return `${await this.stock.reserve(article)} for ${await this.prices.price(article)}`;
  }
}

export const { handler, initialize } = createHandler(Shop);
