import type { Attributes } from '@opentelemetry/api';
import { readField, readNumber, readText } from '../../safe-access';
import {
  ATTR_FC_TRACED_MESSAGE_REDELIVERED,
  ATTR_MESSAGING_MESSAGE_ID,
  ATTR_MESSAGING_RABBITMQ_DELIVERY_TAG,
  ATTR_MESSAGING_RABBITMQ_ROUTING_KEY,
} from '../../semconv';
import { dataOf } from './cloud-event';
import type { CloudEvent } from './cloud-event';
import { dumpedHeaders } from './dumped-headers';
import { messageCarrier, withEnvelope } from './message-record';
import type { Trigger } from './trigger';

/** A message of RabbitMQ. That `props` holds `headers` is inferred. */
export interface RabbitMqMessage {
  readonly envelope: {
    readonly deliveryTag: number;
    readonly exchange: string;
    readonly redeliver: boolean;
    readonly routingKey: string;
  };
  readonly props: {
    readonly contentEncoding?: string;
    readonly contentType?: string;
    readonly messageId?: string;
    readonly headers?: Readonly<Record<string, unknown>>;
  };
  readonly body: unknown;
}

/** A record of a RabbitMQ event: a message, in a CloudEvent. */
export type RabbitMqRecord = CloudEvent<RabbitMqMessage>;

/** The event of a RabbitMQ trigger: a batch. */
export type RabbitMqEvent = readonly RabbitMqRecord[];

/** Exchange, routing key and queue, each once, as the conventions for RabbitMQ name a destination. */
function destinationOf(record: unknown): string | undefined {
  const envelope = readField(dataOf(record), 'envelope');
  const queue = /\/queues\/([^/]+)$/.exec(readText(record, 'subject') ?? '')?.[1];
  const parts = [readText(envelope, 'exchange'), readText(envelope, 'routingKey'), queue];
  const name = [...new Set(parts.filter((part) => part !== undefined))].join(':');
  return name === '' ? undefined : name;
}

function attributesOf(record: unknown): Attributes {
  const data = dataOf(record);
  const envelope = readField(data, 'envelope');
  return withEnvelope(record, {
    [ATTR_MESSAGING_MESSAGE_ID]: readText(data, 'props', 'messageId'),
    [ATTR_MESSAGING_RABBITMQ_ROUTING_KEY]: readText(envelope, 'routingKey'),
    [ATTR_MESSAGING_RABBITMQ_DELIVERY_TAG]: readNumber(envelope, 'deliveryTag'),
    [ATTR_FC_TRACED_MESSAGE_REDELIVERED]: readField(envelope, 'redeliver') === true ? true : undefined,
  });
}

export const rabbitmq: Trigger = {
  name: 'rabbitmq',
  faasTrigger: 'pubsub',
  matches: (data) =>
    typeof readField(readField(data, 'envelope'), 'routingKey') === 'string' &&
    typeof readField(data, 'props') === 'object',
  records: {
    system: 'rabbitmq',
    carrier: (record, only) => {
      const headers = dumpedHeaders(readField(readField(dataOf(record), 'props'), 'headers'), only);
      return only === undefined ? messageCarrier(record, headers) : headers;
    },
    destination: destinationOf,
    attributes: attributesOf,
  },
};
