// Invocations of the built-in entry, one after another, of a class with a service: `invocation.cjs WAY MILLISECONDS`.
// `container` is the same by hand: a child container for each call, the event parsed, without tracing.
require('reflect-metadata');
const { container, inject, injectable } = require('tsyringe');
const { noopProcessor } = require('../default-sdk.cjs');
const { fcContext } = require('../fc-invocation.cjs');
const { contend, measureLong } = require('../measure.cjs');
const { createHandler } = require('../../dist/index.js');

class Stock {
  count(id) {
    return id + 1;
  }
}
injectable()(Stock);

class Orders {
  constructor(stock) {
    this.stock = stock;
  }

  async handle({ id }) {
    return { left: this.stock.count(id) };
  }
}
inject(Stock)(Orders, undefined, 0);
injectable()(Orders);

const EVENT = Buffer.from('{"id":7}');

async function byHand(event, context) {
  const orders = container.createChildContainer().resolve(Orders);
  return orders.handle(JSON.parse(event.toString()), context);
}

function run(handler, flags, milliseconds) {
  const context = fcContext(flags);
  const batch = async (count) => {
    for (let call = 0; call < count; call += 1) await handler(EVENT, { ...context });
  };
  return measureLong(batch, milliseconds, { size: 100, warmUp: 3_000 });
}

// Without the network.
const recording = { spanProcessors: [noopProcessor], coldStartSpans: false };
void contend({
  container: (ms) => run(byHand, 0, ms),
  unrecorded: (ms) => run(createHandler(Orders).handler, 0, ms),
  recorded: (ms) => run(createHandler(Orders, recording).handler, 1, ms),
});
