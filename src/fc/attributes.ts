import type { Attributes } from '@opentelemetry/api';
import type { InstanceFacts } from './instance';
import { readNumber, readText } from './context';
import type { FcContext } from './context';

// Names of OpenTelemetry's semantic conventions for FaaS and cloud; their package costs more to load than all of this.
// https://opentelemetry.io/docs/specs/semconv/resource/faas/ and …/faas/faas-spans/

/** Attributes without those that are not known. */
function known(attributes: Attributes): Attributes {
  return Object.fromEntries(Object.entries(attributes).filter(([, value]) => value !== undefined));
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

/** What is true of every call of this function, from FC's context and the instance's environment. Nothing but what is named here. */
export function functionAttributes(context: FcContext, instance: InstanceFacts): Attributes {
  const name = readText(context, 'function', 'name') ?? instance.functionName;
  const memory = readNumber(context, 'function', 'memory') ?? readNumber(instance, 'memoryMb');
  return known({
    'service.name': name,
    'cloud.provider': 'alibaba_cloud',
    'cloud.platform': 'alibaba_cloud_fc',
    'cloud.region': readText(context, 'region') ?? instance.region,
    'cloud.account.id': readText(context, 'accountId') ?? instance.accountId,
    'cloud.resource_id': resourceId(context, instance),
    'faas.name': name,
    'faas.version':
      readText(context, 'service', 'versionId') ??
      instance.functionVersion ??
      readText(context, 'service', 'qualifier') ??
      instance.qualifier,
    'faas.instance': instance.instanceId,
    'faas.max_memory': memory === undefined || memory <= 0 ? undefined : memory * 1_048_576,
  });
}

/** What is true of one call. */
export function invocationAttributes(context: FcContext, trigger: string, coldStart: boolean): Attributes {
  return known({
    'faas.invocation_id': readText(context, 'requestId'),
    'faas.trigger': trigger,
    'faas.coldstart': coldStart,
  });
}
