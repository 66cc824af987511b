// The program of the cold start with fc-traced: a class, a service in the container, a traced method of each.
const { createHandler, Service, Traced } = require('fc-traced');

function traced(Class, name) {
  const method = Object.getOwnPropertyDescriptor(Class.prototype, name);
  Object.defineProperty(Class.prototype, name, Traced()(Class.prototype, name, method) ?? method);
}

class Adder {
  async add(n) {
    return n + 1;
  }
}
traced(Adder, 'add');
Service()(Adder);

class Bench {
  constructor(adder) {
    this.adder = adder;
  }

  async handle({ n }) {
    return { n: await this.adder.add(n) };
  }
}

module.exports = createHandler(Bench, { inject: [Adder] });
