// The function that bench/memory.mjs measures. It serves HTTP and reports its memory usage through IPC messages.
const { setTimeout: sleep } = require('node:timers/promises');
const { serve } = require('../dist/server.js');

const PIECE = Buffer.alloc(65_536, 'x');

function* pieces(count) {
  for (let n = 0; n < count; n += 1) yield PIECE;
}

async function* endless() {
  for (;;) {
    yield PIECE;
    await sleep(5);
  }
}

class Api {
  async handle({ rawPath, body }) {
    if (rawPath === '/large') return { statusCode: 200, body: pieces(1_600) };
    if (rawPath === '/endless') return endless();
    return rawPath === '/echo' ? body : { ok: true };
  }
}

function memory() {
  const { rss, heapUsed, external } = process.memoryUsage();
  return { rss, heap: heapUsed, external };
}

/** Returns the memory usage after garbage collection, repeated because finalizers run between the collections. */
async function settledMemory() {
  for (let round = 0; round < 4; round += 1) {
    globalThis.gc();
    await sleep(50);
  }
  return memory();
}

void serve(Api, { port: 0, host: '127.0.0.1', body: 'stream', coldStartSpans: false }).then(({ port }) => {
  process.on('message', ({ id, settled }) => {
    if (settled) void settledMemory().then((found) => process.send({ id, ...found }));
    else process.send({ id, ...memory() });
  });
  process.send({ port });
});
