// A function whose cold start has all phases: a slow module and a slow singleton.
const { createHandler, Handler, Service, Traced } = require('fc-traced');
const { rates } = require('./slow-rates');

class Prices {
  constructor() {
    const end = performance.now() + 5;
    while (performance.now() < end);
  }
  of(sku) {
    return rates[sku];
  }
}
Object.defineProperty(
  Prices.prototype,
  'of',
  Traced()(Prices.prototype, 'of', Object.getOwnPropertyDescriptor(Prices.prototype, 'of')),
);
Service({ scope: 'singleton', inject: [] })(Prices);

class Shop {
  constructor(prices) {
    this.prices = prices;
  }
  handle({ sku }) {
    return String(this.prices.of(sku));
  }
}
Handler({ name: 'shop', inject: [Prices] })(Shop);

module.exports = createHandler(Shop);
