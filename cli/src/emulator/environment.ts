import { FAKE_CREDENTIALS } from './context';
import type { ContextFacts } from './context';

/** What the environment of an instance is made of. */
export interface EnvironmentFacts extends Pick<
  ContextFacts,
  'generation' | 'functionName' | 'handler' | 'memorySize' | 'region' | 'accountId'
> {
  readonly codeDir: string;
  readonly instanceId: string;
  /** The function's own variables. */
  readonly env: Readonly<Record<string, string>>;
}

/**
 * The variables of an instance: FC's, the function's own, and of this machine's only those that a process needs to run,
 * so that a developer's `OTEL_…` or `NODE_OPTIONS` do not make the emulator differ from the cloud.
 */
export function instanceEnvironment(facts: EnvironmentFacts): Record<string, string> {
  const reserved = Object.keys(facts.env).find((name) => /^_?FC_/.test(name));
  if (reserved !== undefined) {
    throw new TypeError(
      `${reserved}: Function Compute keeps names that start with FC_ for itself; choose another name`,
    );
  }
  const inherited = Object.fromEntries(
    ['PATH', 'HOME', 'TMPDIR', 'SystemRoot'].flatMap((name) =>
      process.env[name] === undefined ? [] : [[name, process.env[name]]],
    ),
  );
  return {
    ...inherited,
    TZ: 'UTC',
    FC_FUNC_CODE_PATH: facts.codeDir,
    FC_ACCOUNT_ID: facts.accountId,
    FC_REGION: facts.region,
    FC_FUNCTION_NAME: facts.functionName,
    FC_FUNCTION_HANDLER: facts.handler,
    FC_FUNCTION_MEMORY_SIZE: String(facts.memorySize),
    FC_INSTANCE_ID: facts.instanceId,
    ...(facts.generation === '2.0' ? { FC_SERVICE_NAME: 'fake-service', FC_QUALIFIER: 'LATEST', FC_VER_ID: '' } : {}),
    ALIBABA_CLOUD_ACCESS_KEY_ID: FAKE_CREDENTIALS.accessKeyId,
    ALIBABA_CLOUD_ACCESS_KEY_SECRET: FAKE_CREDENTIALS.accessKeySecret,
    ALIBABA_CLOUD_SECURITY_TOKEN: FAKE_CREDENTIALS.securityToken,
    ...facts.env,
  };
}
