import { readField, readNumber, readText } from '../../safe-access';
import { ATTR_MESSAGING_DESTINATION_PARTITION_ID, ATTR_MESSAGING_KAFKA_OFFSET } from '../../semconv';
import { dataOf } from './cloud-event';
import type { CloudEvent } from './cloud-event';
import { dumpedHeaders } from './dumped-headers';
import { messageCarrier, withEnvelope } from './message-record';
import type { Trigger } from './trigger';

/** A message of Kafka. */
export interface KafkaMessage {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  /** Milliseconds since 1970. */
  readonly timestamp: number;
  /** The form of an item is not documented; it looks like a dump of the Java client's fields. */
  readonly headers: { readonly headers: readonly unknown[]; readonly isReadOnly: boolean };
  readonly key?: string;
  /** By the data format of the trigger: a value (Json), a string (Text), or base64 (Binary). */
  readonly value: unknown;
}

/** A record of a Kafka event: a message, in a CloudEvent. */
export type KafkaRecord = CloudEvent<KafkaMessage>;

/** The event of a Kafka trigger: a batch. */
export type KafkaEvent = readonly KafkaRecord[];

export const kafka: Trigger = {
  name: 'kafka',
  faasTrigger: 'pubsub',
  matches: (data) =>
    typeof readField(data, 'topic') === 'string' &&
    readNumber(data, 'partition') !== undefined &&
    readNumber(data, 'offset') !== undefined,
  records: {
    system: 'kafka',
    carrier: (record, only) => {
      const headers = dumpedHeaders(readField(dataOf(record), 'headers'), only);
      return only === undefined ? messageCarrier(record, headers) : headers;
    },
    destination: (record) => readText(dataOf(record), 'topic'),
    attributes: (record) => {
      const data = dataOf(record);
      return withEnvelope(record, {
        [ATTR_MESSAGING_DESTINATION_PARTITION_ID]: readNumber(data, 'partition')?.toString(),
        [ATTR_MESSAGING_KAFKA_OFFSET]: readNumber(data, 'offset'),
      });
    },
    group: (record) => {
      const data = dataOf(record);
      return `${readText(data, 'topic')}/${readNumber(data, 'partition')}`;
    },
  },
};
