import { ACCOUNT_ID, FAKE_CREDENTIALS, REGION } from './context';
import type { ContextFields } from './context';
import { newRequestId } from './invocation';

/** The settings of a function that its environment depends on. */
export interface EnvironmentOptions extends Pick<
  ContextFields,
  'generation' | 'functionName' | 'handler' | 'memorySize'
> {
  readonly codeDir: string;
  /** The function's own variables. */
  readonly env: Readonly<Record<string, string>>;
}

/**
 * The environment variables of a new instance: FC's, the function's own, and only those of this machine that a process
 * needs to run. A developer's `OTEL_…` or `NODE_OPTIONS` must not make the emulator differ from the cloud.
 *
 * Throws a `TypeError` when one of the function's variables has a name that FC reserves.
 */
export function instanceEnvironment(options: EnvironmentOptions): Record<string, string> {
  const reserved = Object.keys(options.env).find((name) => /^_?FC_/.test(name));
  if (reserved !== undefined) {
    throw new TypeError(`${reserved}: Function Compute reserves names that start with FC_; choose another name`);
  }
  const inherited = Object.fromEntries(
    ['PATH', 'HOME', 'TMPDIR', 'SystemRoot'].flatMap((name) =>
      process.env[name] === undefined ? [] : [[name, process.env[name]]],
    ),
  );
  return {
    ...inherited,
    TZ: 'UTC',
    FC_FUNC_CODE_PATH: options.codeDir,
    FC_ACCOUNT_ID: ACCOUNT_ID,
    FC_REGION: REGION,
    FC_FUNCTION_NAME: options.functionName,
    FC_FUNCTION_HANDLER: options.handler,
    FC_FUNCTION_MEMORY_SIZE: String(options.memorySize),
    FC_INSTANCE_ID: `c-${newRequestId('3.0').slice(2)}`,
    ...(options.generation === '2.0' ? { FC_SERVICE_NAME: 'fake-service', FC_QUALIFIER: 'LATEST', FC_VER_ID: '' } : {}),
    ALIBABA_CLOUD_ACCESS_KEY_ID: FAKE_CREDENTIALS.accessKeyId,
    ALIBABA_CLOUD_ACCESS_KEY_SECRET: FAKE_CREDENTIALS.accessKeySecret,
    ALIBABA_CLOUD_SECURITY_TOKEN: FAKE_CREDENTIALS.securityToken,
    ...options.env,
  };
}
