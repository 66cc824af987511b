// Requests to a server in a process of its own, on 20 connections, whose traces are sent to a collector in another:
// `requests.cjs WAY MILLISECONDS`. Prints the nanoseconds per request, and the 99th percentile of their latencies. The
// warm-up is a number of requests, because a busy machine makes few in a given time: 12,000, after which V8 has optimized
// what all contenders run.
const { startChild } = require('../child.cjs');
const { load } = require('../http-load.cjs');

const CONNECTIONS = 20;

async function main() {
  const [way, milliseconds] = process.argv.slice(2);
  const collector = await startChild('sink.cjs', []);
  const server = await startChild('programs/requests.cjs', [way, `${collector.first}/v1/traces`]);
  await load(server.first, CONNECTIONS, (count) => count >= Number(milliseconds) * 40);
  const start = performance.now();
  const isOver = () => performance.now() - start > Number(milliseconds) * 5;
  const times = (await load(server.first, CONNECTIONS, isOver)).sort((a, b) => a - b);
  const nanos = (performance.now() - start) * 1e6;
  server.stop();
  collector.stop();
  const result = { each: nanos / times.length, p99: times[Math.floor(times.length * 0.99)] };
  process.stdout.write(JSON.stringify(result), () => process.exit());
}

void main();
