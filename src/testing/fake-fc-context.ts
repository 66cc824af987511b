import type { FcContext } from '../fc/context';

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
 * @example
 * ```ts
 * import { fakeFcContext } from 'fc-traced/testing';
 * const openTracingSpanContext = '124ed43254b54966:124ed43254b54966:0:1';
 * export const context = fakeFcContext({ tracing: { openTracingSpanContext } });
 * ```
 */
export function fakeFcContext(options: FakeContextOptions = {}): FcContext {
  const { generation = '3.0', ...parts } = options;
  const isOld = generation === '2.0';
  count += 1;
  const serial = count.toString(16).padStart(12, '0');
  const logger = {
    requestId: '',
    logLevel: isOld ? 'silly' : { name: 'silly', priority: 5 },
    setLogLevel() {},
    log() {},
    debug() {},
    info() {},
    warn() {},
    error() {},
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
  return context as unknown as FcContext;
}
