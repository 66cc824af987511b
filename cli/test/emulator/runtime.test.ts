import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { InstanceOptions } from '../../src/emulator/function-options';
import { startInstance } from './built';
import type { Instance } from './built';

// What FC's runtimes for Node.js do besides calling a function; instance.test.ts tests the calls.

const codeDir = join(__dirname, 'functions');
const started: Instance[] = [];

function start(method: string, options: Partial<InstanceOptions> = {}): Instance {
  const instance = startInstance({ handler: `commonjs.${method}`, codeDir, ...options });
  started.push(instance);
  return instance;
}

afterEach(async () => {
  await Promise.all(started.splice(0).map((instance) => instance.stop()));
});

test('a line of the console has time, request id, level and text, and line feeds become carriage returns', async () => {
  const instance = start('levels');
  const { requestId } = await instance.invoke('');
  await instance.stop();
  expect(instance.logs.map((line) => line.replace(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z /, ''))).toEqual([
    `${requestId} [verbose] a b { c: 1 }`,
    `${requestId} [info] two\rlines`,
    `${requestId} [warn] careful`,
    `${requestId} [error] wrong`,
    `${requestId} [debug] detail`,
    `${requestId} [error] from the logger 7`,
  ]);
});

test.each([
  ['autoCallback', 'from the callback'],
  ['autoPromise', 'from the promise'],
  ['autoBoth', 'the first wins'],
  ['autoValue', 'from the return'],
])('the runtime of FC 3.0 takes what comes first, a callback or a value: %s', async (method, expected) => {
  const { body } = await start(method, { handlerStyle: 'auto' }).invoke('');
  expect(body.toString()).toBe(expected);
});

test('a hook that the module does not export fails, or is skipped if it is optional', async () => {
  const initializer = 'commonjs.noSuchHook';
  expect((await start('count', { initializer }).invoke('')).error?.errorType).toBe('HandlerNotFound');
  expect(await start('count', { initializer, optionalHooks: true }).invoke('')).toMatchObject({ ok: true });
});

function stateOf(pid: string): string {
  try {
    return /State:\s+(\w)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? '';
  } catch {
    return 'none';
  }
}

async function reaches(pid: string, states: readonly string[]): Promise<string> {
  for (let attempt = 0; attempt < 200 && !states.includes(stateOf(pid)); attempt += 1) {
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  return stateOf(pid);
}

test('a process that the function starts is frozen, continued and ended with it', async () => {
  if (process.platform !== 'linux') return;
  const instance = start('orphan', { freeze: true });
  const pid = (await instance.invoke('')).body.toString();
  expect(await reaches(pid, ['T'])).toBe('T');
  await instance.thaw();
  expect(await reaches(pid, ['S', 'R'])).toMatch(/^[SR]$/);
  await instance.stop();
  expect(['none', 'Z']).toContain(await reaches(pid, ['none', 'Z']));
});
