import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { Cleanup } from '../src/cleanup';

test('tasks run once, in reverse order, one after the other', async () => {
  const cleanup = new Cleanup();
  const log: string[] = [];
  for (const name of ['first', 'second']) {
    cleanup.defer(async () => {
      log.push(`${name} starts`);
      await Promise.resolve();
      log.push(`${name} ends`);
    });
  }
  expect(cleanup.started).toBe(false);
  await Promise.all([cleanup.run(), cleanup.run()]);
  expect(cleanup.started).toBe(true);
  expect(log).toEqual(['second starts', 'second ends', 'first starts', 'first ends']);
});

test('a task that fails does not stop the others, and the first failure is thrown', async () => {
  const cleanup = new Cleanup();
  const log: string[] = [];
  cleanup.defer(() => void log.push('last'));
  for (const message of ['second failure', 'first failure']) {
    cleanup.defer(() => {
      throw new Error(message);
    });
  }
  await expect(cleanup.run()).rejects.toThrow('first failure');
  expect(log).toEqual(['last']);
});

test('a task that is registered after the start runs as well', async () => {
  const cleanup = new Cleanup();
  const log: string[] = [];
  cleanup.defer(() => cleanup.defer(() => void log.push('late')));
  await cleanup.run();
  cleanup.defer(() => void log.push('later'));
  await cleanup.run();
  expect(log).toEqual(['late', 'later']);
});

test('a nested cleanup runs on its own, and else with its parent, and learns whether to hurry', async () => {
  const cleanup = new Cleanup();
  const log: string[] = [];
  const [early, late] = [cleanup.nested(), cleanup.nested()];
  early.defer((immediately) => void log.push(`early ${immediately}`));
  late.defer((immediately) => void log.push(`late ${immediately}`));
  await early.run();
  expect([cleanup.started, early.started, late.started]).toEqual([false, true, false]);
  await cleanup.run(true);
  expect(log).toEqual(['early false', 'late true']);
});

test('exit tasks run in reverse order when the process exits, but for cancelled ones', () => {
  const module = join(__dirname, '..', 'dist', 'cleanup.js');
  const { stdout } = spawnSync(process.execPath, [
    '-e',
    `const { onExit } = require(${JSON.stringify(module)});
     const [, cancel] = ['first', 'cancelled', 'last'].map((name) => onExit(() => console.log(name)));
     cancel();
     process.exit(1);`,
  ]);
  expect(stdout.toString()).toBe('last\nfirst\n');
});
