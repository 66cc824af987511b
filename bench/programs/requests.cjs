// A server whose handler makes ten short asynchronous calls: `requests.cjs WAY ENDPOINT`, a process of its own. Sends its
// port, then the memory in use after a garbage collection for each message.
const { startOpenTelemetry } = require('../server-sdk.cjs');

const CALLS = 10;

class Api {
  async step(n) {
    return n + 1;
  }

  async handle() {
    let n = 0;
    for (let call = 0; call < CALLS; call += 1) n = await this.step(n);
    return { n };
  }
}

/** Serves `handle` with `node:http`. `afterwards` is awaited before each response. */
function plainServer(api, afterwards) {
  const http = require('node:http');
  const respond = async (response) => {
    const body = JSON.stringify(await api.handle());
    if (afterwards !== undefined) await afterwards();
    response.setHeader('content-type', 'application/json');
    response.setHeader('content-length', Buffer.byteLength(body));
    response.end(body);
  };
  const server = http.createServer((_request, response) => void respond(response));
  server.listen(0, '127.0.0.1', () => process.send(server.address().port));
}

function byHand(endpoint, flushes) {
  const { inSpan, flush } = startOpenTelemetry(endpoint);
  class Traced extends Api {
    step(n) {
      return inSpan('Api.step', () => super.step(n));
    }
  }
  // The span of the request ends with the response, so only those within it can be flushed before.
  plainServer(new Traced(), flushes ? flush : undefined);
}

function ours(endpoint, sampleRatio) {
  const { Traced } = require('../../dist/index.js');
  const { serve } = require('../../dist/server.js');
  const descriptor = Object.getOwnPropertyDescriptor(Api.prototype, 'step');
  Object.defineProperty(Api.prototype, 'step', Traced()(Api.prototype, 'step', descriptor) ?? descriptor);
  const options = { port: 0, host: '127.0.0.1', coldStartSpans: false, endpoint, sampleRatio };
  void serve(Api, options).then(({ port }) => process.send(port));
}

const WAYS = {
  plain: () => plainServer(new Api()),
  batched: (endpoint) => byHand(endpoint, false),
  flushed: (endpoint) => byHand(endpoint, true),
  unrecorded: (endpoint) => ours(endpoint, 0),
  recorded: (endpoint) => ours(endpoint, 1),
};

const [way, endpoint] = process.argv.slice(2);
WAYS[way](endpoint);
process.on('message', () => {
  globalThis.gc?.();
  process.send({ heapUsed: process.memoryUsage().heapUsed, ...process.cpuUsage() });
});
process.on('disconnect', () => process.exit());
