import { format } from 'node:util';
import { logLine } from './console-lines';

/** The two shapes of FC's context object: FC 3.0 with Node.js 18 and 20, and FC 2.0 with Node.js up to 16. */
export type Generation = '3.0' | '2.0';

/** The fields of a context that the emulator sends to the instance with each call. */
export interface ContextFields {
  readonly generation: Generation;
  readonly requestId: string;
  readonly functionName: string;
  readonly handler: string;
  readonly initializer?: string;
  readonly memorySize: number;
  readonly timeout: number;
  readonly retryCount: number;
  /** FC's tracing fields, passed on unchecked: a test may use values that FC never sends. */
  readonly tracing: Readonly<Record<string, unknown>>;
}

export const REGION = 'cn-hangzhou';
export const ACCOUNT_ID = '1234567890123456';

/** Credentials that cannot be mistaken for real ones, and that tests can search for where they must not appear. */
export const FAKE_CREDENTIALS = {
  accessKeyId: 'FAKE-access-key-id',
  accessKeySecret: 'FAKE-access-key-secret',
  securityToken: 'FAKE-security-token',
} as const;

const LEVELS = ['debug', 'info', 'warn', 'error'] as const;

function createLogger({ generation, requestId }: ContextFields): Record<string, unknown> {
  const write = (level: string, parts: readonly unknown[]): void => {
    process.stdout.write(`${logLine(requestId, level, format(...parts))}\n`);
  };
  const logger: Record<string, unknown> = {
    requestId,
    logLevel: generation === '2.0' ? 'silly' : { name: 'trace', priority: 0 },
    setLogLevel: (level: unknown) => {
      logger['logLevel'] = level;
    },
    log: (...parts: unknown[]) => write('verbose', parts),
  };
  for (const level of LEVELS) logger[level] = (...parts: unknown[]) => write(level, parts);
  return logger;
}

/** Creates the context object of one invocation or hook, in the shape of its generation. */
export function createContext(fields: ContextFields): Record<string, unknown> {
  const old = fields.generation === '2.0';
  const service = { logProject: 'fake-log-project', logStore: 'fake-log-store', qualifier: 'LATEST', versionId: '' };
  return {
    requestId: fields.requestId,
    credentials: { ...FAKE_CREDENTIALS },
    function: {
      name: fields.functionName,
      handler: fields.handler,
      memory: fields.memorySize,
      timeout: fields.timeout,
      ...(old && fields.initializer !== undefined ? { initializer: fields.initializer } : {}),
    },
    service: old ? { name: 'fake-service', ...service } : service,
    region: REGION,
    accountId: ACCOUNT_ID,
    logger: createLogger(fields),
    retryCount: fields.retryCount,
    tracing: { ...fields.tracing },
    [old ? 'waitsForEmptyEventLoopBeforeCallback' : 'callbackWaitsForEmptyEventLoop']: false,
  };
}
