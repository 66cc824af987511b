import { format } from 'node:util';
import { check, describeValue } from '../config/check-options';
import { FcTracedError } from '../errors';
import type { FcContext, FcLogger } from '../fc/context';

/** A line that a program wrote to the logger of a fake context. */
export interface FakeLogLine {
  readonly level: 'log' | 'debug' | 'info' | 'warn' | 'error';
  /** The values of the call as one string, as Node.js formats them. An error includes its stack and its cause. */
  readonly text: string;
}

/** The context that {@link fakeFcContext} returns. */
export interface FakeFcContext extends FcContext {
  /** The logger. It prints lines of the level `error` to the console. */
  readonly logger: FcLogger & {
    /** The lines that were written to this logger, in order. Methods that a test replaces write none. */
    readonly lines: readonly FakeLogLine[];
  };
}

/** Fields of FC's context that a test sets. Objects are merged with the defaults, one level deep. */
export type FakeContextOptions = {
  readonly [K in keyof FcContext]?: FcContext[K] extends object | undefined
    ? Partial<NonNullable<FcContext[K]>>
    : FcContext[K];
} & {
  /** The generation of FC whose context is returned. Default: `'3.0'`. */
  readonly generation?: '2.0' | '3.0';
};

let count = 0;

/**
 * Returns a context as FC 3.0 passes it on Node.js 20, or as FC 2.0 does with `generation: '2.0'`. FC's tracing is
 * disabled unless `tracing` is set. The credentials are fake. `requestId` is different for each call.
 *
 * The logger keeps its lines in `lines`, and prints those of the level `error`, such as the cause of an HTTP response
 * with status 500.
 *
 * @throws FcTracedError `INVALID_TARGET` if `options` is not an object, `INVALID_OPTION` for an unknown generation
 *
 * @example
 * ```ts
 * import { fakeFcContext } from 'fc-traced/testing';
 * const openTracingSpanContext = '124ed43254b54966:124ed43254b54966:0:1';
 * export const context = fakeFcContext({ tracing: { openTracingSpanContext } });
 * ```
 */
export function fakeFcContext(options: FakeContextOptions = {}): FakeFcContext {
  if (check.object(options) !== undefined) {
    throw new FcTracedError(
      'INVALID_TARGET',
      `fakeFcContext takes an object with fields of FC's context, such as { function: { name: 'orders' } }, not ${describeValue(options)}.`,
    );
  }
  const { generation = '3.0', ...parts } = options;
  if (!['2.0', '3.0'].includes(generation)) {
    throw new FcTracedError(
      'INVALID_OPTION',
      `Option "generation" of fakeFcContext must be '2.0' or '3.0', not ${describeValue(generation)}.`,
    );
  }
  const isOld = generation === '2.0';
  count += 1;
  const serial = count.toString(16).padStart(12, '0');
  const lines: FakeLogLine[] = [];
  const keep =
    (level: FakeLogLine['level']) =>
    (...values: unknown[]): void =>
      void lines.push({ level, text: format(...values) });
  const logger = {
    requestId: '',
    logLevel: isOld ? 'silly' : { name: 'silly', priority: 5 },
    setLogLevel() {},
    log: keep('log'),
    debug: keep('debug'),
    info: keep('info'),
    warn: keep('warn'),
    error: (...values: unknown[]) => {
      keep('error')(...values);
      // oxlint-disable-next-line no-console -- a test that fails because of it should show why
      console.error(...values);
    },
    lines,
  };
  const base = {
    requestId: isOld ? `00000000-0000-4000-8000-${serial}` : `1-65000000-00000000${serial}`,
    credentials: {
      accessKeyId: 'FAKE.AccessKeyId',
      accessKeySecret: 'FAKE-access-key-secret',
      securityToken: 'FAKE-security-token',
    },
    function: { name: 'test-function', handler: 'index.handler', memory: 512, timeout: 60 },
    service: isOld
      ? { name: 'test-service', logProject: '', logStore: '', qualifier: 'LATEST', versionId: '1' }
      : { logProject: '', logStore: '', qualifier: 'LATEST', versionId: '' },
    region: 'cn-hangzhou',
    accountId: '1234567890123456',
    logger,
    retryCount: 0,
    tracing: { openTracingSpanBaggages: {} },
    ...(isOld ? { waitsForEmptyEventLoopBeforeCallback: false } : { callbackWaitsForEmptyEventLoop: false }),
  };
  const context: Record<string, unknown> = { ...base };
  for (const [key, value] of Object.entries(parts)) {
    const isMerged =
      typeof value === 'object' && value !== null && typeof context[key] === 'object' && context[key] !== null;
    context[key] = isMerged ? { ...(context[key] as object), ...value } : value;
  }
  logger.requestId = context.requestId as string;
  return context as unknown as FakeFcContext;
}
