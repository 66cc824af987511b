import { diag, DiagLogLevel } from '@opentelemetry/api';
import { createHandler } from 'fc-traced';
import type { FcContext, FcLogger } from 'fc-traced';
import { fakeFcContext, invoke } from 'fc-traced/testing';
import { correlateLogger } from '../../src/logs/log-lines';
import { contextWith, LineLogger } from './fc-logger';

class Lines {
  handle(_event: unknown, { logger }: FcContext): unknown {
    return [logger?.info('line'), logger?.error('%s', 'bad')];
  }
}
const { handler } = createHandler(Lines);
const IDS = /^ \[(info|error)\] (line|bad) trace_id=\S+ span_id=\S+ trace_flags=00 request_id=\S+$/;
const warnings: string[] = [];
// The missing endpoint is logged as well.
const warningsAboutLoggers = (): string[] => warnings.filter((message) => message.includes('logger'));
const ignore = (): void => {};
beforeAll(
  () =>
    void diag.setLogger(
      { warn: (message) => void warnings.push(message), error: ignore, info: ignore, debug: ignore, verbose: ignore },
      { logLevel: DiagLogLevel.ALL, suppressOverrideMessage: true },
    ),
);
beforeEach(() => void (warnings.length = 0));
afterAll(() => diag.disable());

const methodsOf = (lines: LineLogger): FcLogger => ({
  log: (...values) => lines.log(...values),
  debug: (...values) => lines.debug(...values),
  info: (...values) => lines.info(...values),
  warn: (...values) => lines.warn(...values),
  error: (...values) => lines.error(...values),
});
const shapes: Record<string, (lines: LineLogger) => unknown> = {
  'methods of its class': (lines) => lines,
  'own methods': methodsOf,
  'own methods of a sealed object': (lines) => Object.seal(methodsOf(lines)),
  'read-only methods': (lines) => Object.defineProperty(methodsOf(lines), 'info', { writable: false }),
  'a proxy': (lines) => new Proxy(methodsOf(lines), {}),
  'a proxy that binds': (lines) =>
    new Proxy(lines, { get: (target, key) => (Reflect.get(target, key) as () => void).bind?.(target) }),
  'a proxy that creates methods': (lines) =>
    new Proxy(methodsOf(lines), {
      get:
        (target, key: keyof FcLogger) =>
        (...values: unknown[]) =>
          target[key](...values),
    }),
  'methods of its prototype': (lines) => Object.create(methodsOf(lines)) as unknown,
  'methods of its frozen prototype': (lines) => Object.create(Object.freeze(methodsOf(lines))) as unknown,
  'a function': (lines) => Object.assign(() => {}, methodsOf(lines)),
};

test.each(Object.keys(shapes))('%s: lines contain ids once, also if invocations share the logger', async (shape) => {
  const lines = new LineLogger();
  const logger = shapes[shape]!(lines);
  for (let call = 0; call < 3; call += 1) await invoke(handler, {}, contextWith(logger));
  expect(lines.lines.filter((line) => IDS.test(line) && line.split('trace_id').length === 2)).toHaveLength(6);
  expect(warningsAboutLoggers()).toEqual([]);
});

test('a logger that cannot be changed is left unchanged, keeps working, and is logged once', async () => {
  const lines = new LineLogger();
  const fixed: unknown[] = [
    Object.freeze(methodsOf(lines)),
    Object.preventExtensions(Object.create(methodsOf(lines))),
    {
      ...methodsOf(lines),
      get info() {
        return (...values: unknown[]) => lines.info(...values);
      },
      get error() {
        return lines.error.bind(lines);
      },
    },
    new Proxy(methodsOf(lines), { defineProperty: () => false }),
    new Proxy(methodsOf(lines), { defineProperty: () => true }),
    new Proxy(
      {},
      {
        get:
          (_target, level: keyof FcLogger) =>
          (...values: unknown[]) =>
            lines[level](...values),
      },
    ),
  ];
  for (const logger of fixed) {
    lines.lines.length = 0;
    await invoke(handler, {}, contextWith(logger));
    expect(lines.lines).toEqual([' [info] line', ' [error] bad']);
  }
  expect(warningsAboutLoggers()).toEqual([
    'fc-traced: methods of context.logger cannot be replaced (a frozen object, a getter or a proxy): ' +
      'their lines contain no ids',
  ]);
});

test('a context without a logger, or with another value in its place, causes no error', async () => {
  for (const logger of [undefined, null, 'text', 7, {}, { info: 'no function' }]) {
    expect(() => contextWith(logger)).not.toThrow();
  }
  const revoked = Proxy.revocable({}, {});
  revoked.revoke();
  expect(() => contextWith(revoked.proxy)).not.toThrow();
  expect(() => correlateLogger(undefined as never)).not.toThrow();
  expect(() =>
    correlateLogger({
      get logger(): never {
        throw new Error('mine');
      },
    } as never),
  ).not.toThrow();
  expect(await invoke(handler, {}, contextWith(undefined))).toEqual([undefined, undefined]);
});

test('the logger and its methods keep their identity and behaviour for the program', async () => {
  const error = new Error('mine');
  const original = {
    requestId: 'r',
    logLevel: 'silly',
    info(this: unknown, first: unknown, ..._rest: unknown[]): unknown {
      return [this, first];
    },
    error(): never {
      throw error;
    },
    log: Object.assign(() => 'logged', { level: 'verbose' }),
  };
  const { info, log } = original;
  const keys = Object.keys(original);
  class Curious {
    handle(_event: unknown, { logger }: FcContext): unknown {
      expect(logger).toBe(original);
      expect(() => logger!.error('x')).toThrow(error);
      return logger!.info('hello');
    }
  }
  const answer = (await invoke(createHandler(Curious).handler, {}, contextWith(original))) as unknown[];
  expect(answer[0]).toBe(original);
  expect(answer[1]).toBe('hello');
  expect(Object.keys(original)).toEqual(keys);
  expect([original.info.name, original.info.length, original.log.level]).toEqual(['info', 1, 'verbose']);
  expect([original.info === info, original.log === log]).toEqual([false, false]);
});

test('replaced methods of a class are not enumerable, and the class is unchanged', () => {
  const logger = new LineLogger();
  const { info } = LineLogger.prototype;
  const keys = Object.keys(logger);
  contextWith(logger);
  expect(Object.keys(logger)).toEqual(keys);
  expect(LineLogger.prototype.info).toBe(info);
});

test('a wrapped method is not wrapped again, also in another object', () => {
  const logger = methodsOf(new LineLogger());
  contextWith(logger);
  const { info } = logger;
  const copy = { ...logger };
  contextWith(logger);
  contextWith(copy);
  expect(logger.info).toBe(info);
  expect(copy.info).toBe(info);
});

test('loggers of one class share the wrapped methods', () => {
  const [first, second] = [new LineLogger(), new LineLogger()];
  contextWith(first);
  contextWith(second);
  expect(first.info).not.toBe(LineLogger.prototype.info);
  expect(second.info).toBe(first.info);
});

test('a mock on the logger is still a mock', async () => {
  const info = jest.fn();
  const context = fakeFcContext({ logger: { info } });
  correlateLogger(context);
  await invoke(handler, {}, context);
  expect(context.logger.info).toHaveBeenCalledTimes(1);
  expect(context.logger.info).toHaveBeenCalledWith('line', expect.stringContaining(`request_id=${context.requestId}`));
  jest.spyOn(context.logger, 'info').mockReturnValue(undefined);
  await invoke(handler, {}, context);
  expect(context.logger.info).toHaveBeenCalledTimes(2);
});
