import { readField, readText } from '../../safe-access';
import type { Trigger } from './trigger';

/** A message of MQTT. The trigger sends it without a CloudEvent. */
export interface MqttRecord {
  readonly props: {
    readonly firstTopic: string;
    readonly secondTopic: string;
    readonly clientId: string;
  };
  readonly body: unknown;
}

/** The event of an MQTT trigger: a batch. */
export type MqttEvent = readonly MqttRecord[];

/**
 * MQTT. `mqtt` as `messaging.system` is inferred: OpenTelemetry registers no name for it. The message carries no trace
 * context.
 */
export const mqtt: Trigger = {
  name: 'mqtt',
  faasTrigger: 'pubsub',
  matches: (data) => readText(data, 'props', 'firstTopic') !== undefined && readField(data, 'body') !== undefined,
  records: {
    system: 'mqtt',
    destination: (record) => readText(record, 'props', 'firstTopic'),
    attributes: () => ({}),
    group: (record) => readText(record, 'props', 'secondTopic') ?? '',
  },
};
