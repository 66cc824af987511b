// The function of shop.js as an ES module.
import { createHandler, Handler } from 'fc-traced';
import rates from './slow-rates.js';

class Shop {
  handle({ sku }) {
    return String(rates.rates[sku]);
  }
}
Handler({ name: 'shop' })(Shop);

export const { handler, initialize } = createHandler(Shop);
