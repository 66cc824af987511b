/** The two shapes of FC's context object: 3.0 with Node 18 and 20, and 2.0 with Node up to 16. */
export type Generation = '3.0' | '2.0';

/** What differs from one invocation to the next, as it travels to the instance. */
export interface ContextFacts {
  readonly generation: Generation;
  readonly requestId: string;
  readonly functionName: string;
  readonly handler: string;
  readonly initializer?: string;
  readonly memorySize: number;
  readonly timeout: number;
  readonly region: string;
  readonly accountId: string;
  readonly retryCount: number;
  /** FC's tracing fields, handed on as they are: a test may pass what a real FC never would. */
  readonly tracing: Readonly<Record<string, unknown>>;
}

/** Values that nobody can take for real ones, and that a test can look for where they must not be. */
export const FAKE_CREDENTIALS = {
  accessKeyId: 'FAKE-access-key-id',
  accessKeySecret: 'FAKE-access-key-secret',
  securityToken: 'FAKE-security-token',
} as const;

const LEVELS = ['debug', 'info', 'warn', 'error'] as const;

function createLogger({ generation, requestId }: ContextFacts): Record<string, unknown> {
  const write = (level: string, parts: readonly unknown[]): void => {
    process.stdout.write(`${new Date().toISOString()} ${requestId} [${level}] ${parts.map(String).join(' ')}\n`);
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

/** The context object of one invocation or hook, in the shape of its generation. */
export function createContext(facts: ContextFacts): Record<string, unknown> {
  const old = facts.generation === '2.0';
  const service = { logProject: 'fake-log-project', logStore: 'fake-log-store', qualifier: 'LATEST', versionId: '' };
  return {
    requestId: facts.requestId,
    credentials: { ...FAKE_CREDENTIALS },
    function: {
      name: facts.functionName,
      handler: facts.handler,
      memory: facts.memorySize,
      timeout: facts.timeout,
      ...(old && facts.initializer !== undefined ? { initializer: facts.initializer } : {}),
    },
    service: old ? { name: 'fake-service', ...service } : service,
    region: facts.region,
    accountId: facts.accountId,
    logger: createLogger(facts),
    retryCount: facts.retryCount,
    tracing: { ...facts.tracing },
    [old ? 'waitsForEmptyEventLoopBeforeCallback' : 'callbackWaitsForEmptyEventLoop']: false,
  };
}
