import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { InstanceOptions } from '../../src/emulator/function-options';
import { startInstance } from './built';
import type { Instance } from './built';

const codeDir = join(__dirname, 'functions');
// The test writes this file: tools that read the folder would fail on a file with a syntax error.
const SYNTAX_ERROR = 'syntax-error.handler';
const started: Instance[] = [];

function start(method: string, options: Partial<InstanceOptions> = {}): Instance {
  const handler = method.includes('.') ? method : `commonjs.${method}`;
  const instance = startInstance({ handler, codeDir, ...options });
  started.push(instance);
  return instance;
}

const text = async (instance: Instance, event: unknown = ''): Promise<string> =>
  (await instance.invoke(event)).body.toString();
const json = async (instance: Instance, event: unknown = ''): Promise<any> => JSON.parse(await text(instance, event));

afterEach(async () => {
  await Promise.all(started.splice(0).map((instance) => instance.stop()));
});

describe('an invocation', () => {
  test('passes the event as bytes, has a cold start if it is the first one, and else uses the same process', async () => {
    const instance = start('count');
    const cold = await instance.invoke({ a: 1 });
    const warm = await instance.invoke(Buffer.from('raw'));
    expect([cold.coldStart, warm.coldStart]).toEqual([true, false]);
    expect(JSON.parse(cold.body.toString())).toEqual({ calls: 1, event: '{"a":1}', buffer: true });
    expect(JSON.parse(warm.body.toString())).toEqual({ calls: 2, event: 'raw', buffer: true });
    expect(cold.durationMs).toBeGreaterThan(warm.durationMs);
  });

  test.each([
    ['buffer', Buffer.from([0, 255, 1])],
    ['object', Buffer.from('{"a":[1]}')],
    ['text', Buffer.from('as is')],
    ['number', Buffer.from('7')],
    ['boolean', Buffer.from('false')],
    ['null', Buffer.alloc(0)],
    ['undefined', Buffer.alloc(0)],
    ['function', Buffer.from(String(Function))],
    ['large', Buffer.from('x'.repeat(3_000_000))],
  ])('responds to a value of kind %s with the bytes that FC sends for it', async (name, bytes) => {
    const { ok, body } = await start('value').invoke(name);
    expect(ok).toBe(true);
    expect(body.equals(bytes)).toBe(true);
  });

  test('ends with the first callback only', async () => {
    const instance = start('twice');
    expect(await text(instance)).toBe('first');
    expect(await text(instance)).toBe('first');
  });

  test('with a callback ignores the value of the handler’s promise', async () => {
    expect(await text(start('promiseIgnored'))).toBe('from the callback');
  });

  test('waits for the invocation before it', async () => {
    const instance = start('count');
    const results = await Promise.all([instance.invoke('a'), instance.invoke('b'), instance.invoke('c')]);
    expect(results.map(({ body }) => (JSON.parse(body.toString()) as { calls: number }).calls)).toEqual([1, 2, 3]);
  });
});

describe('an ES module', () => {
  test('is loaded, initialized, and responds with its promise', async () => {
    const instance = start('module.handler', { initializer: 'module.initialize', handlerStyle: 'promise' });
    const { body, requestId } = await instance.invoke({ a: 1 });
    expect(JSON.parse(body.toString())).toEqual({ ready: true, event: { a: 1 }, id: requestId });
  });

  test('gets two arguments and no callback when it responds with a promise', async () => {
    expect(await text(start('module.arity', { handlerStyle: 'promise' }))).toBe('2');
  });

  test('fails with the rejection of its promise', async () => {
    const { ok, error } = await start('module.failing', { handlerStyle: 'promise' }).invoke('');
    expect(ok).toBe(false);
    expect(error).toMatchObject({ errorMessage: 'from a module', errorType: 'Error' });
  });
});

describe('the context', () => {
  test('of FC 3.0 has the fields of that generation, as has the environment', async () => {
    const { context, env, cwd, logger } = await json(
      start('context', { functionName: 'orders', memorySize: 256, timeout: 9, env: { COLOUR: 'red' } }),
    );
    expect(Object.keys(context).sort()).toEqual(
      [
        'accountId',
        'callbackWaitsForEmptyEventLoop',
        'credentials',
        'function',
        'logger',
        'region',
        'requestId',
        'retryCount',
        'service',
        'tracing',
      ].sort(),
    );
    expect(context.requestId).toMatch(/^1-[0-9a-f]{8}-[0-9a-f]{8}-[0-9a-f]{12}$/);
    expect(context.function).toEqual({ name: 'orders', handler: 'commonjs.context', memory: 256, timeout: 9 });
    expect(context.credentials.accessKeySecret).toMatch(/^FAKE-/);
    expect(context.service).not.toHaveProperty('name');
    expect(context.tracing).toEqual({ openTracingSpanBaggages: {} });
    expect(logger).toEqual(
      expect.arrayContaining(['requestId', 'logLevel', 'setLogLevel', 'log', 'debug', 'info', 'warn', 'error']),
    );
    expect(cwd).toBe(codeDir);
    expect(Object.keys(env).sort()).toEqual([
      'ALIBABA_CLOUD_ACCESS_KEY_ID',
      'ALIBABA_CLOUD_ACCESS_KEY_SECRET',
      'ALIBABA_CLOUD_SECURITY_TOKEN',
      'COLOUR',
      'FC_ACCOUNT_ID',
      'FC_FUNCTION_HANDLER',
      'FC_FUNCTION_MEMORY_SIZE',
      'FC_FUNCTION_NAME',
      'FC_FUNC_CODE_PATH',
      'FC_INSTANCE_ID',
      'FC_REGION',
      'TZ',
    ]);
  });

  test('of FC 2.0 has the fields of that generation, as has the environment', async () => {
    const { context, env } = await json(start('context', { generation: '2.0', initializer: 'commonjs.initialize' }));
    expect(context.requestId).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
    expect(context.function.initializer).toBe('commonjs.initialize');
    expect(context.service.name).toBe('fake-service');
    expect(context).toHaveProperty('waitsForEmptyEventLoopBeforeCallback', false);
    expect(env).toMatchObject({ FC_SERVICE_NAME: 'fake-service', FC_QUALIFIER: 'LATEST' });
  });

  test('has the tracing fields of the call unchanged', async () => {
    const tracing = { openTracingSpanContext: '', jaegerEndpoint: 7 };
    const { body } = await start('context').invoke('', { tracing, retryCount: 2 });
    expect(JSON.parse(body.toString()).context).toMatchObject({ tracing, retryCount: 2 });
  });

  test('refuses variables with names that FC reserves', () => {
    expect(() => start('count', { env: { FC_TRACED: '1' } })).toThrow(
      'FC_TRACED: Function Compute reserves names that start with FC_',
    );
  });
});

describe('an error', () => {
  test.each<[string, object]>([
    [
      'callbackError',
      { errorMessage: 'given', errorType: 'TypeError', stackTrace: expect.arrayContaining(['TypeError: given']) },
    ],
    ['callbackText', { errorMessage: 'only text', errorType: 'FunctionHandledError' }],
    ['callbackObject', { errorMessage: '{"code":7}', errorType: 'FunctionHandledError' }],
    [
      'thrown',
      { errorMessage: 'thrown', errorType: 'RangeError', stackTrace: expect.arrayContaining(['RangeError: thrown']) },
    ],
    [
      'rejected',
      {
        errorMessage: 'rejected',
        errorType: 'RangeError',
        stackTrace: expect.arrayContaining(['RangeError: rejected']),
      },
    ],
    ['thrownText', { errorMessage: 'only text', errorType: 'FunctionUnhandledError' }],
    ['rejectedUndefined', { errorMessage: 'undefined', errorType: 'FunctionUnhandledError' }],
    [
      'circular',
      { errorMessage: expect.stringContaining('circular'), errorType: 'TypeError', stackTrace: expect.any(Array) },
    ],
    [
      'exit',
      {
        errorMessage: expect.stringMatching(
          /^Process exited unexpectedly before completing request \(duration: \d+ms(?:, maxMemoryUsage: \d+MB)?\)$/,
        ),
      },
    ],
    ['uncaught', { errorMessage: expect.stringContaining('Process exited unexpectedly') }],
    [
      'notAFunction',
      {
        errorMessage: "Handler 'notAFunction' is missing on module 'commonjs'",
        errorType: 'HandlerNotFound',
        stackTrace: expect.any(Array),
      },
    ],
    [
      'missing-dependency.handler',
      {
        errorMessage: expect.stringContaining('a-package-that-nobody-installed'),
        errorType: 'ImportModuleError',
        stackTrace: expect.any(Array),
      },
    ],
    [
      SYNTAX_ERROR,
      { errorMessage: expect.any(String), errorType: 'UserCodeSyntaxError', stackTrace: expect.any(Array) },
    ],
    [
      'no-such-file.handler',
      {
        errorMessage: expect.stringContaining('no-such-file'),
        errorType: 'ImportModuleError',
        stackTrace: expect.any(Array),
      },
    ],
    [
      '.handler',
      {
        errorMessage: expect.stringContaining('file.method'),
        errorType: 'InvalidHandlerName',
        stackTrace: expect.any(Array),
      },
    ],
  ])('of kind %s is reported as FC 3.0 reports it', async (method, expected) => {
    const folder = await mkdtemp(join(tmpdir(), 'fc-traced-'));
    await writeFile(join(folder, 'syntax-error.js'), 'exports.handler = () => {');
    const { ok, error, body } = await start(method, method === SYNTAX_ERROR ? { codeDir: folder } : {}).invoke('');
    await rm(folder, { recursive: true });
    expect(ok).toBe(false);
    expect(error).toEqual(expected);
    expect(JSON.parse(body.toString())).toEqual(error);
  });

  test.each<[string, object]>([
    ['callbackError', { errorMessage: 'given', errorType: 'TypeError' }],
    ['thrown', { errorMessage: 'thrown', errorType: 'FunctionUnhandledError: RangeError' }],
    ['rejected', { errorMessage: 'rejected', errorType: 'FunctionUnhandledError: RangeError' }],
    ['uncaught', { errorMessage: 'FunctionUnhandledError: uncaughtException', errorType: 'FunctionHandledError' }],
  ])('of kind %s is reported as FC 2.0 reports it', async (method, expected) => {
    expect((await start(method, { generation: '2.0' }).invoke('')).error).toMatchObject(expected);
  });

  test.each([
    ['unformattableValue', 'bigint'],
    ['unformattableValue', 'noPrototype'],
    ['unformattableValue', 'toJSON'],
    ['unformattableValue', 'getter'],
    ['unformattableError', 'bigint'],
    ['unformattableError', 'noPrototype'],
    ['unformattableError', 'noStack'],
    ['unformattableError', 'bigintMessage'],
  ])('that FC 2.0 cannot format leaves the call unanswered: %s %s', async (method, kind) => {
    const instance = start(method, { generation: '2.0', timeout: 0.4 });
    expect((await instance.invoke(kind)).error?.errorMessage).toBe('Function timed out after 0.4 seconds');
  });

  test('that ends the process gives the next invocation a cold start', async () => {
    const instance = start('exit');
    expect((await instance.invoke('')).coldStart).toBe(true);
    expect((await instance.invoke('')).coldStart).toBe(true);
  });

  test('of a function that never responds comes after its timeout', async () => {
    const instance = start('hang', { timeout: 0.3 });
    const { error, durationMs } = await instance.invoke('');
    expect(error?.errorMessage).toBe('Function timed out after 0.3 seconds');
    expect(durationMs).toBeGreaterThanOrEqual(290);
    expect((await instance.invoke('')).coldStart).toBe(true);
  });
});

describe('hooks', () => {
  test('the initializer runs once, before the first invocation', async () => {
    const instance = start('hooked', { initializer: 'commonjs.initialize' });
    expect((await json(instance)).initialized).toBe(1);
    expect((await json(instance)).initialized).toBe(1);
  });

  test('a failing initializer fails the invocation; then FC 3.0 replaces the instance and FC 2.0 tries again', async () => {
    const replaced = start('hooked', { initializer: 'commonjs.failingInitializer' });
    expect((await replaced.invoke('')).error?.errorMessage).toBe('not yet');
    expect(await replaced.invoke('')).toMatchObject({ ok: false, coldStart: true });
    const retried = start('hooked', { initializer: 'commonjs.failingInitializer', generation: '2.0' });
    expect((await retried.invoke('')).ok).toBe(false);
    expect(await retried.invoke('')).toMatchObject({ ok: true, coldStart: false });
  });

  test('preFreeze runs after the response without delaying it, and before the next invocation', async () => {
    const instance = start('hooked', { preFreeze: 'commonjs.preFreeze', generation: '2.0', freeze: true });
    expect((await json(instance)).frozen).toBe(0);
    expect((await json(instance)).frozen).toBe(1);
  });

  test('preFreeze is refused with FC 3.0, which has no such hook', () => {
    expect(() => start('hooked', { preFreeze: 'commonjs.preFreeze' })).toThrow('FC 3.0 has no preFreeze hook');
  });

  test('preStop runs in the instance, even when it is frozen', async () => {
    const instance = start('count', { preStop: 'commonjs.preStop', freeze: true });
    await instance.invoke('');
    expect(await instance.preStop()).toMatchObject({ ok: true });
    await instance.stop();
    expect(instance.logs).toEqual([expect.stringMatching(/^\d{4}-.*Z 1-\S+ \[verbose\] preStop 1-/)]);
  });
});

test('logs has the lines that the function writes', async () => {
  const instance = start('log');
  const { requestId } = await instance.invoke('');
  await instance.stop();
  expect(instance.logs).toEqual([
    expect.stringMatching(new RegExp(`^\\d{4}-.*Z ${requestId} \\[info\\] from the logger$`)),
    expect.stringMatching(new RegExp(`^\\d{4}-.*Z ${requestId} \\[verbose\\] from the console$`)),
  ]);
});

test('an instance runs between invocations unless it is frozen', async () => {
  const pause = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 300));
  const ticksBetweenInvocations = async (freeze: boolean): Promise<number> => {
    const instance = start('tick', { freeze });
    await instance.invoke('');
    await pause();
    return Number(await text(instance));
  };
  expect(await ticksBetweenInvocations(true)).toBeLessThan(3);
  expect(await ticksBetweenInvocations(false)).toBeGreaterThan(10);
});

test('a frozen instance is stopped by the operating system', async () => {
  if (process.platform !== 'linux') return;
  const instance = start('tick', { freeze: true });
  await instance.invoke('');
  let state = '';
  for (let attempt = 0; attempt < 50 && !state.startsWith('T'); attempt += 1) {
    await new Promise((resolve) => setTimeout(resolve, 10));
    state = /State:\s+(.*)/.exec(await readFile(`/proc/${instance.pid}/status`, 'utf8'))?.[1] ?? '';
  }
  expect(state).toBe('T (stopped)');
});
