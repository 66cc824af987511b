import type { Attributes } from '@opentelemetry/api';
import { readNumber, readText } from '../safe-access';
import {
  FC_ACCOUNT_ID,
  FC_FUNCTION_MEMORY_SIZE,
  FC_FUNCTION_NAME,
  FC_FUNCTION_VERSION,
  FC_INSTANCE_ID,
  FC_QUALIFIER,
  FC_REGION,
  FC_VER_ID,
} from '../environment-variables';
import {
  ATTR_CLOUD_ACCOUNT_ID,
  ATTR_CLOUD_PLATFORM,
  ATTR_CLOUD_PROVIDER,
  ATTR_CLOUD_REGION,
  ATTR_CLOUD_RESOURCE_ID,
  ATTR_FAAS_COLDSTART,
  ATTR_FAAS_INSTANCE,
  ATTR_FAAS_INVOCATION_ID,
  ATTR_FAAS_MAX_MEMORY,
  ATTR_FAAS_NAME,
  ATTR_FAAS_TRIGGER,
  ATTR_FAAS_VERSION,
  ATTR_FC_TRACED_RETRY_COUNT,
  ATTR_SERVICE_NAME,
} from '../semconv';
import type { FcContext } from './context';

/** The facts about a function instance that FC sets in its environment variables. `memoryMb` is in MB. */
export interface InstanceFacts {
  readonly functionName?: string;
  readonly functionVersion?: string;
  readonly qualifier?: string;
  readonly instanceId?: string;
  readonly region?: string;
  readonly accountId?: string;
  readonly memoryMb?: string;
}

/**
 * Reads the facts about the instance. `read` returns the value of an environment variable, or `undefined` if it is
 * unset or blank.
 */
export function instanceFacts(read: (name: string) => string | undefined): InstanceFacts {
  return Object.freeze({
    functionName: read(FC_FUNCTION_NAME),
    functionVersion: read(FC_FUNCTION_VERSION) ?? read(FC_VER_ID),
    qualifier: read(FC_QUALIFIER),
    instanceId: read(FC_INSTANCE_ID),
    region: read(FC_REGION),
    accountId: read(FC_ACCOUNT_ID),
    memoryMb: read(FC_FUNCTION_MEMORY_SIZE),
  });
}

/** Whether the process runs in FC, which sets these variables in each instance. */
export function runsInFc({ functionName, instanceId, accountId }: InstanceFacts): boolean {
  return (functionName ?? instanceId ?? accountId) !== undefined;
}

// Attribute names follow the semantic conventions for FaaS and cloud, whose package is slow to load:
// https://opentelemetry.io/docs/specs/semconv/resource/faas/
// https://opentelemetry.io/docs/specs/semconv/faas/faas-spans/

/** Omits the attributes whose value is `undefined`. */
function withoutUndefined(attributes: Attributes): Attributes {
  const known: Attributes = {};
  for (const key of Object.keys(attributes)) if (attributes[key] !== undefined) known[key] = attributes[key];
  return known;
}

function resourceId(context: FcContext, instance: InstanceFacts): string | undefined {
  const region = readText(context, 'region') ?? instance.region;
  const account = readText(context, 'accountId') ?? instance.accountId;
  const name = readText(context, 'function', 'name') ?? instance.functionName;
  if (region === undefined || account === undefined || name === undefined) return undefined;
  const service = readText(context, 'service', 'name');
  const qualifier = readText(context, 'service', 'qualifier') ?? instance.qualifier;
  if (service === undefined) return `acs:fc:${region}:${account}:functions/${name}`;
  return `acs:fc:${region}:${account}:services/${service}${qualifier === undefined ? '' : `.${qualifier}`}/functions/${name}`;
}

/**
 * The resource attributes of the function, from FC's context and the environment. Nothing else is read from the
 * context.
 */
export function functionAttributes(context: FcContext, instance: InstanceFacts): Attributes {
  const name = readText(context, 'function', 'name') ?? instance.functionName;
  const memory = readNumber(context, 'function', 'memory') ?? readNumber(instance, 'memoryMb');
  return withoutUndefined({
    [ATTR_SERVICE_NAME]: name,
    [ATTR_CLOUD_PROVIDER]: 'alibaba_cloud',
    [ATTR_CLOUD_PLATFORM]: 'alibaba_cloud_fc',
    [ATTR_CLOUD_REGION]: readText(context, 'region') ?? instance.region,
    [ATTR_CLOUD_ACCOUNT_ID]: readText(context, 'accountId') ?? instance.accountId,
    [ATTR_CLOUD_RESOURCE_ID]: resourceId(context, instance),
    [ATTR_FAAS_NAME]: name,
    [ATTR_FAAS_VERSION]:
      readText(context, 'service', 'versionId') ??
      instance.functionVersion ??
      readText(context, 'service', 'qualifier') ??
      instance.qualifier,
    [ATTR_FAAS_INSTANCE]: instance.instanceId,
    [ATTR_FAAS_MAX_MEMORY]: memory === undefined || memory <= 0 ? undefined : memory * 1_048_576,
  });
}

/** The attributes of one invocation. `trigger` is a value of `faas.trigger`. */
export function invocationAttributes(context: FcContext, trigger: string, coldStart: boolean): Attributes {
  const retries = readNumber(context, 'retryCount') ?? 0;
  return withoutUndefined({
    [ATTR_FC_TRACED_RETRY_COUNT]: retries > 0 ? retries : undefined,
    [ATTR_FAAS_INVOCATION_ID]: readText(context, 'requestId'),
    [ATTR_FAAS_TRIGGER]: trigger,
    [ATTR_FAAS_COLDSTART]: coldStart,
  });
}
