import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { startCollector } from '../../cli/src/viewer/collector';
import type { Collector } from '../../cli/src/viewer/collector';
import { root } from '../package/fresh-process';

const PROGRAM = `
  const { createHandler, deliveryStats, startSpan } = require(${JSON.stringify(path.join(root, 'dist', 'index.js'))});
  const [endpoint, end] = process.argv.slice(1);
  class Shop {
    async handle({ spans }) {
      for (let index = 0; index < spans; index += 1) startSpan('step').end();
      await new Promise(setImmediate);
      if (spans === 0) return;
      if (end === 'exit') process.exit(3);
      setImmediate(() => { throw new Error('not caught'); });
      await new Promise(() => setInterval(() => {}, 1_000));
    }
  }
  const { handler } = createHandler(Shop, { name: 'shop', endpoint, coldStartSpans: false });
  const context = { requestId: '1-1', credentials: {}, function: { name: 'shop', timeout: 60 }, service: {} };
  const call = (spans) => handler(Buffer.from(JSON.stringify({ spans })), context);
  process.on('exit', () => setImmediate);
  call(0).then(() => call(700));
`;

let collector: Collector;
beforeAll(async () => {
  collector = await startCollector();
});
afterEach(() => collector.clear());
afterAll(() => collector.close());

test.each([
  ['jaegerEndpoint', 'exit', 3],
  ['otlpEndpoint', 'exit', 3],
  ['jaegerEndpoint', 'uncaught', 1],
  ['otlpEndpoint', 'uncaught', 1],
] as const)('over %s, what waits is delivered when the process ends: %s', async (protocol, end, exitCode) => {
  const child = spawn(process.execPath, ['-e', PROGRAM, collector[protocol], end], {
    stdio: ['ignore', 'ignore', 'ignore'],
  });
  const [code] = (await once(child, 'exit')) as [number];
  expect(code).toBe(exitCode);
  const names = collector.spans().map(({ name }) => name);
  expect(names.filter((name) => name === 'step')).toHaveLength(700);
  expect(new Set(collector.spans().map(({ spanId }) => spanId)).size).toBe(names.length);
  expect(names).toContain('shop (still open)');
});
