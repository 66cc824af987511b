import type { TriggerSpec } from './function-spec';
import type { TriggerName } from './trigger-names';

// FC's `triggerType`.
const BY_TYPE: Readonly<Record<string, TriggerName>> = {
  http: 'http',
  timer: 'timer',
  oss: 'oss',
  log: 'sls',
  cdn_events: 'cdn',
  mns_topic: 'mns-topic',
  tablestore: 'tablestore',
};

// FC's `eventSourceType` of a trigger of the type eventbridge.
const BY_SOURCE: Readonly<Record<string, TriggerName>> = {
  mns: 'mns-queue',
  rocketmq: 'rocketmq',
  kafka: 'kafka',
  rabbitmq: 'rabbitmq',
  mqtt: 'mqtt',
  dts: 'dts',
};

/** The trigger that a trigger of `s.yaml` is; `undefined` for an unknown type. */
export function triggerNameOf({ type, config }: TriggerSpec): TriggerName | undefined {
  if (type !== 'eventbridge') return BY_TYPE[type];
  const { eventSourceType } = (config['eventSourceConfig'] ?? {}) as { readonly eventSourceType?: unknown };
  return typeof eventSourceType === 'string'
    ? (BY_SOURCE[eventSourceType.toLowerCase()] ?? 'eventbridge')
    : 'eventbridge';
}
