// A served function that makes a trace of five spans for each request: `delivery-function.cjs ENDPOINT`, a process of
// its own. Sends its port.
const { setTimeout: sleep } = require('node:timers/promises');
const { Traced } = require('../dist/index.js');
const { serve } = require('../dist/server.js');

class Api {
  async step(n) {
    return n + 1;
  }

  async handle() {
    let n = 0;
    for (let step = 1; step < 5; step += 1) n = await this.step(n);
    // The I/O of a real request.
    await sleep(2);
    return { n };
  }
}
const descriptor = Object.getOwnPropertyDescriptor(Api.prototype, 'step');
Object.defineProperty(Api.prototype, 'step', Traced()(Api.prototype, 'step', descriptor) ?? descriptor);

const [endpoint] = process.argv.slice(2);
void serve(Api, { port: 0, host: '127.0.0.1', coldStartSpans: false, endpoint }).then(({ port }) => process.send(port));
process.on('disconnect', () => process.exit());
