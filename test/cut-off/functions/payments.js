// A function whose calls hang, fail or end the process, as the event says.
const { createHandler, Handler, Traced, annotate, DEADLINE } = require('fc-traced');

const traced = (Class, name) => {
  const method = Object.getOwnPropertyDescriptor(Class.prototype, name);
  Object.defineProperty(Class.prototype, name, Traced()(Class.prototype, name, method) ?? method);
};
const later = () => new Promise((resolve) => setTimeout(resolve, 5));
const never = () => new Promise((resolve) => setTimeout(resolve, 60_000));

const ends = {
  hang: never,
  throw: () => {
    setTimeout(() => {
      throw new TypeError('the card reader is gone');
    }, 5);
    return never();
  },
  reject: () => {
    void later().then(() => Promise.reject(new TypeError('the card reader is gone')));
    return never();
  },
  exit: async () => {
    await later();
    process.exit(7);
  },
  block: () => {
    const end = Date.now() + 2_000;
    while (Date.now() < end);
  },
  work: later,
};

class Payments {
  constructor(deadline) {
    this.deadline = deadline;
  }
  async handle({ end, listener }) {
    if (listener === true) {
      process.once('SIGTERM', () => {
        console.log('listener');
        process.exit(9);
      });
    }
    await this.reserve();
    await this.pay(end);
    return 'paid';
  }
  async reserve() {}
  async pay(end) {
    annotate({ 'order.id': 7 });
    console.log('paying');
    await this.charge(end);
  }
  async charge(end) {
    await ends[end]();
  }
}
for (const name of ['reserve', 'pay', 'charge']) traced(Payments, name);
Handler({ name: 'payments', inject: [DEADLINE], coldStartSpans: false })(Payments);

const { handler } = createHandler(Payments);
exports.handler = handler;
/** Has a second less than FC allows, so that a slow machine does not matter. */
exports.earlier = (event, context) =>
  handler(event, { ...context, function: { ...context.function, timeout: context.function.timeout - 1 } });
