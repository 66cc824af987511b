import { Worker } from 'node:worker_threads';
import type { HttpTarget } from './http-sender';

/** Runs in the worker: posts all bodies at the same time, and stores the status of each. */
const PROGRAM = `
const { workerData } = require('node:worker_threads');
const { url, headers, tls, bodies, timeoutMillis, shared } = workerData;
const { request } = require(url.startsWith('https:') ? 'node:https' : 'node:http');
const states = new Int32Array(shared);
let open = bodies.length;
bodies.forEach((body, index) => {
  let isDone = false;
  const finish = (status) => {
    if (isDone) return;
    isDone = true;
    Atomics.store(states, index + 1, status);
    open -= 1;
    if (open > 0) return;
    Atomics.store(states, 0, 1);
    Atomics.notify(states, 0);
  };
  const all = { ...headers, 'Content-Length': body.byteLength };
  const outgoing = request(url, { method: 'POST', agent: false, timeout: timeoutMillis, ...tls, headers: all });
  outgoing.on('response', (response) => finish(response.statusCode));
  outgoing.on('error', () => finish(-1)).on('close', () => finish(-1));
  outgoing.end(body);
});
`;

/**
 * Posts bodies and waits for the responses without the event loop, which does not run any more when a process ends. A
 * worker sends. Returns for each body whether it was accepted. Throws if the worker cannot be started.
 */
export function sendSync(
  { url, headers, tls }: HttpTarget,
  bodies: readonly Uint8Array[],
  timeoutMillis: number,
): readonly boolean[] {
  const shared = new SharedArrayBuffer(4 * (bodies.length + 1));
  const states = new Int32Array(shared);
  const workerData = { url: url.href, headers, tls, bodies, timeoutMillis, shared };
  // Without the options of this process, such as modules to load first.
  const worker = new Worker(PROGRAM, { eval: true, workerData, execArgv: [], stdin: false });
  worker.unref();
  worker.on('error', () => {});
  Atomics.wait(states, 0, 0, timeoutMillis);
  void worker.terminate();
  return bodies.map((_, index) => {
    const status = Atomics.load(states, index + 1);
    return status >= 200 && status < 300;
  });
}
