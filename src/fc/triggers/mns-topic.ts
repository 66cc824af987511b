import { readField, readText } from '../../safe-access';
import { ATTR_MESSAGING_DESTINATION_SUBSCRIPTION_NAME, ATTR_MESSAGING_MESSAGE_ID } from '../../semconv';
import type { Trigger } from './trigger';

/**
 * A message of an MNS (SMQ) topic, pushed as JSON. Attributes of the message are further members, such as
 * `traceparent`.
 */
export interface MnsTopicEvent {
  readonly TopicOwner: string;
  readonly Message: string;
  readonly Subscriber: string;
  /** Milliseconds since 1970. */
  readonly PublishTime: number;
  readonly SubscriptionName: string;
  readonly MessageMD5: string;
  readonly TopicName: string;
  readonly MessageId: string;
  readonly [attribute: string]: unknown;
}

/**
 * A message of an MNS (SMQ) topic with attributes, pushed as STREAM. Without attributes the event is the body alone:
 * the bytes that were published, or their value where they are JSON.
 */
export interface MnsTopicStreamEvent {
  readonly body: string;
  readonly attrs: Readonly<Record<string, string>>;
}

function isStream(event: unknown): boolean {
  const attrs = readField(event, 'attrs');
  return typeof readField(event, 'body') === 'string' && typeof attrs === 'object' && attrs !== null;
}

/** Message Service topic. `smq` as `messaging.system` is inferred: OpenTelemetry registers no name for it. */
export const mnsTopic: Trigger = {
  name: 'mns-topic',
  faasTrigger: 'pubsub',
  matches: (event) =>
    (typeof readField(event, 'TopicName') === 'string' && typeof readField(event, 'MessageId') === 'string') ||
    isStream(event),
  sendsAnyValue: true,
  records: {
    system: 'smq',
    carrier: (event) => (isStream(event) ? readField(event, 'attrs') : event),
    destination: (event) => readText(event, 'TopicName'),
    attributes: (event) => ({
      [ATTR_MESSAGING_DESTINATION_SUBSCRIPTION_NAME]: readText(event, 'SubscriptionName'),
      [ATTR_MESSAGING_MESSAGE_ID]: readText(event, 'MessageId'),
    }),
  },
};
