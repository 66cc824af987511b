// Requests to a served function, 50 at once, whose traces are sent to a collector 1 ms away: `serve.cjs WAY
// MILLISECONDS`. Prints the nanoseconds per request.
const http = require('node:http');
const { startChild } = require('../child.cjs');
const { contend } = require('../measure.cjs');

const AT_ONCE = 50;

function get(agent, port) {
  return new Promise((resolve, reject) => {
    http
      .get({ port, host: '127.0.0.1', agent }, (response) => response.resume().once('end', resolve))
      .once('error', reject);
  });
}

/** Makes requests for so many milliseconds. Returns the nanoseconds per request. */
async function load(port, milliseconds) {
  const agent = new http.Agent({ keepAlive: true, maxSockets: AT_ONCE });
  const start = process.hrtime.bigint();
  const end = performance.now() + milliseconds;
  let requests = 0;
  const caller = async () => {
    for (; performance.now() < end; requests += 1) await get(agent, port);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, caller));
  const nanos = Number(process.hrtime.bigint() - start);
  agent.destroy();
  return nanos / requests;
}

const serving = (env) => async (milliseconds) => {
  const collector = await startChild('distant-collector.cjs', [1]);
  const server = await startChild('delivery-function.cjs', [collector.first], env);
  await load(server.first, milliseconds * 2);
  const nanos = await load(server.first, milliseconds * 4);
  server.stop();
  collector.stop();
  return nanos;
};

void contend({ off: serving({ OTEL_SDK_DISABLED: 'true' }), traced: serving({}) });
