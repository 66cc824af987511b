import type { Attributes } from '@opentelemetry/api';
import { readField, readNumber, readText } from '../../safe-access';
import {
  ATTR_FC_TRACED_MESSAGE_REDELIVERY_COUNT,
  ATTR_MESSAGING_MESSAGE_ID,
  ATTR_MESSAGING_ROCKETMQ_MESSAGE_KEYS,
  ATTR_MESSAGING_ROCKETMQ_MESSAGE_TAG,
} from '../../semconv';
import { dataOf } from './cloud-event';
import type { CloudEvent } from './cloud-event';
import { messageCarrier, withEnvelope } from './message-record';
import type { Trigger } from './trigger';

/**
 * What RocketMQ itself says of a message. `RECONSUME_TIMES` and what follows it were seen in programs, not in FC's
 * documents.
 */
export interface RocketMqSystemProperties {
  readonly MIN_OFFSET?: string;
  readonly MAX_OFFSET?: string;
  readonly TRACE_ON?: string;
  readonly MSG_REGION?: string;
  readonly KEYS?: string;
  readonly TAGS?: string;
  readonly UNIQ_KEY?: string;
  readonly INSTANCE_ID?: string;
  readonly CLUSTER?: string;
  /** Milliseconds since 1970. */
  readonly CONSUME_START_TIME?: number;
  readonly RECONSUME_TIMES?: string;
  readonly BORN_HOST?: string;
  readonly BORN_TIMESTAMP?: string;
  readonly MESSAGE_ID?: string;
}

/**
 * A message of RocketMQ. `msgId` is set by triggers of a self-managed Apache RocketMQ, which send messages without a
 * CloudEvent.
 */
export interface RocketMqMessage {
  readonly topic: string;
  readonly msgId?: string;
  readonly systemProperties: RocketMqSystemProperties;
  readonly userProperties: Readonly<Record<string, string>>;
  readonly body: unknown;
}

/** A record of a RocketMQ event: a message, in a CloudEvent. */
export type RocketMqRecord = CloudEvent<RocketMqMessage>;

/** The event of a RocketMQ trigger: a batch. */
export type RocketMqEvent = readonly RocketMqRecord[];

function attributesOf(record: unknown): Attributes {
  const data = dataOf(record);
  const system = readField(data, 'systemProperties');
  const keys = readText(system, 'KEYS');
  const times = readNumber(system, 'RECONSUME_TIMES') ?? 0;
  return withEnvelope(record, {
    [ATTR_MESSAGING_MESSAGE_ID]:
      readText(system, 'UNIQ_KEY') ?? readText(data, 'msgId') ?? readText(system, 'MESSAGE_ID'),
    [ATTR_MESSAGING_ROCKETMQ_MESSAGE_TAG]: readText(system, 'TAGS'),
    [ATTR_MESSAGING_ROCKETMQ_MESSAGE_KEYS]: keys?.split(' '),
    [ATTR_FC_TRACED_MESSAGE_REDELIVERY_COUNT]: times > 0 ? times : undefined,
  });
}

/**
 * RocketMQ: FC's trigger, whose messages are CloudEvents, and that of a self-managed Apache RocketMQ, whose messages
 * are bare.
 */
export const rocketmq: Trigger = {
  name: 'rocketmq',
  faasTrigger: 'pubsub',
  matches: (data) =>
    typeof readField(data, 'topic') === 'string' && typeof readField(data, 'systemProperties') === 'object',
  records: {
    system: 'rocketmq',
    carrier: (record, only) => {
      const properties = readField(dataOf(record), 'userProperties');
      return only === undefined ? messageCarrier(record, properties) : properties;
    },
    destination: (record) => readText(dataOf(record), 'topic'),
    attributes: attributesOf,
    // The property under which RocketMQ keeps the message group, or sharding key; that FC passes it on is inferred.
    group: (record) => readText(dataOf(record), 'systemProperties', '__SHARDINGKEY') ?? '',
  },
};
