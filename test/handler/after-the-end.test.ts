import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';

interface Result {
  readonly seen: string[];
  readonly alive: string[];
  readonly printed: string[];
}

let results: Record<string, Result> = {};

beforeAll(async () => {
  const program = path.join(__dirname, 'after-the-end.cjs');
  const env = { ...process.env, FC_FUNCTION_NAME: 'orders', FC_INSTANCE_ID: 'c-1' };
  const { stdout } = await promisify(execFile)(process.execPath, ['--expose-gc', program], { env, timeout: 60_000 });
  results = JSON.parse(stdout) as Record<string, Result>;
}, 65_000);

const WAYS = ['createHandler, initializer', 'createHandler', 'createHandler, batch', 'serve', 'traceListener'];
const CASES = WAYS.flatMap((way) => [[`${way}, recorded`], [`${way}, not recorded`]]);

test.each(CASES)('what outlives a call keeps neither its event nor the context of FC nor spans: %s', (name) => {
  const { seen, alive } = results[name]!;
  expect(seen.length).toBeGreaterThan(0);
  expect(alive).toEqual([]);
});

test.each(CASES)(
  'promises, timers and sockets of a call print nothing of it, during the call and later: %s',
  (name) => {
    expect(results[name]!.printed).toEqual([]);
  },
);
