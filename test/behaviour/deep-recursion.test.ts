import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

// A separate process: jest formats stacks with regular expressions, and V8 aborts if it compiles one with no stack
// left.
const program = `
require('reflect-metadata');
const { createHandler, Traced } = require(${JSON.stringify(join(__dirname, '../../dist/index.js'))});
const processor = { onStart() {}, onEnd() {}, forceFlush: async () => {}, shutdown: async () => {} };
const thrown = new Error('at the bottom');
const counts = { reached: 0, own: 0, overflowed: 0 };
class Digger {
  dig(n) {
    if (n > 0) return this.dig(n - 1);
    counts.reached += 1;
    throw thrown;
  }
  handle() {
    for (let depth = 200; depth < 3000; depth += 7) {
      try {
        this.dig(depth);
      } catch (error) {
        if (error === thrown) counts.own += 1;
        else if (error instanceof RangeError) counts.overflowed += 1;
      }
    }
    console.log(JSON.stringify(counts));
  }
}
Object.defineProperty(Digger.prototype, 'dig', Traced()(Digger.prototype, 'dig', Object.getOwnPropertyDescriptor(Digger.prototype, 'dig')));
const context = { requestId: 'r', function: { name: 'f', timeout: 600 }, tracing: { openTracingSpanContext: '124ed43254b54966:124ed43254b54966:0:1' } };
createHandler(Digger, { spanProcessors: [processor] }).handler(Buffer.from('{}'), context);
`;

test('an error that is thrown shortly before a stack overflow reaches the caller unchanged, and a stack overflow does not end the process', () => {
  const printed = execFileSync(process.execPath, ['-e', program], { cwd: join(__dirname, '../..'), encoding: 'utf8' });
  const { reached, own, overflowed } = JSON.parse(printed) as Record<string, number>;
  expect(own).toBe(reached);
  expect(reached).toBeGreaterThan(20);
  expect(overflowed).toBeGreaterThan(20);
});
