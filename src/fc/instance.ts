/** What an instance of FC knows of itself from its environment. */
export interface InstanceFacts {
  readonly functionName?: string;
  readonly functionVersion?: string;
  readonly qualifier?: string;
  readonly instanceId?: string;
  readonly region?: string;
  readonly accountId?: string;
  readonly memoryMb?: string;
}

/** What FC's environment variables say of the instance; `read` returns the value of a variable that is set and not blank. */
export function instanceFacts(read: (name: string) => string | undefined): InstanceFacts {
  return Object.freeze({
    functionName: read('FC_FUNCTION_NAME'),
    functionVersion: read('FC_FUNCTION_VERSION') ?? read('FC_VER_ID'),
    qualifier: read('FC_QUALIFIER'),
    instanceId: read('FC_INSTANCE_ID'),
    region: read('FC_REGION'),
    accountId: read('FC_ACCOUNT_ID'),
    memoryMb: read('FC_FUNCTION_MEMORY_SIZE'),
  });
}
