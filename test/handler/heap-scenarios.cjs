// Prints how many bytes the heap grows in a scenario. Requires --expose-gc.
const { createServer } = require('node:http');
const { createHandler, Traced } = require('../../dist/index.js');
const { fakeFcContext, invoke } = require('../../dist/testing.js');

class Ship {
  add(a, b) {
    return (a + b) | 0;
  }
  handle({ calls }) {
    return growth(() => {
      let sum = 0;
      for (let index = 0; index < calls; index += 1) sum = this.add(sum, index);
      return sum;
    });
  }
}
Object.defineProperty(
  Ship.prototype,
  'add',
  Traced()(Ship.prototype, 'add', Object.getOwnPropertyDescriptor(Ship.prototype, 'add')),
);

/** The bytes that `work` allocates after it has been compiled, including garbage: the young generation can hold it all. */
function growth(work) {
  const rounds = [];
  for (let round = 0; round < 5; round += 1) {
    gc();
    const before = process.memoryUsage().heapUsed;
    work();
    rounds.push(process.memoryUsage().heapUsed - before);
  }
  return Math.min(...rounds);
}

const scenarios = {
  unsampled: () =>
    invoke(
      createHandler(Ship, { endpoint: 'http://127.0.0.1:1/v1/traces' }).handler,
      { calls: 1e6 },
      fakeFcContext({ tracing: { openTracingSpanContext: '124ed43254b54966:124ed43254b54966:0:0' } }),
    ),
  outside: async () => new Ship().handle({ calls: 1e6 }),
  async sampled() {
    const server = createServer((request, response) => request.resume().on('end', () => response.writeHead(202).end()));
    await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
    const context = fakeFcContext({
      tracing: { jaegerEndpoint: `http://127.0.0.1:${server.address().port}/api/traces` },
    });
    class Short {
      step() {}
      async handle() {
        this.step();
      }
    }
    Object.defineProperty(
      Short.prototype,
      'step',
      Traced()(Short.prototype, 'step', Object.getOwnPropertyDescriptor(Short.prototype, 'step')),
    );
    const { handler } = createHandler(Short);
    const run = async (times) => {
      for (let index = 0; index < times; index += 1) await invoke(handler, {}, context);
      gc();
      await new Promise(setImmediate);
      gc();
      return process.memoryUsage().heapUsed;
    };
    const calls = Number(process.argv[3]);
    // The compiler allocates code, and later frees it, in single rounds. What invocations keep grows in each.
    let before = await run(2_000);
    const rounds = [];
    for (let round = 0; round < 5; round += 1) {
      const after = await run(calls);
      rounds.push(after - before);
      before = after;
    }
    return rounds.sort((a, b) => a - b)[2];
  },
};

void scenarios[process.argv[2]]().then((bytes) => {
  process.stdout.write(String(bytes));
  setTimeout(() => process.exit(), 20);
});
