import { readField, readText } from '../../safe-access';
import { ATTR_MESSAGING_MESSAGE_ID } from '../../semconv';
import { dataOf } from './cloud-event';
import type { CloudEvent } from './cloud-event';
import { messageCarrier, withEnvelope } from './message-record';
import type { Trigger } from './trigger';

/** A message of an MNS (SMQ) queue. */
export interface MnsQueueMessage {
  readonly requestId: string;
  readonly messageId: string;
  /** Base64, unless the trigger's `IsBase64Decode` is true. */
  readonly messageBody: string;
}

/** A record of an SMQ queue: a message, in a CloudEvent. */
export type MnsQueueRecord = CloudEvent<MnsQueueMessage>;

/** The event of a trigger of an MNS (SMQ) queue: a batch. */
export type MnsQueueEvent = readonly MnsQueueRecord[];

/** The queue's name, from the subject `acs:mns:<region>:<account>:queues/<queue>`. */
function queueOf(record: unknown): string | undefined {
  return /queues\/([^/]+)$/.exec(readText(record, 'subject') ?? '')?.[1];
}

/** Message Service queue. `smq` as `messaging.system` is inferred: OpenTelemetry registers no name for it. */
export const mnsQueue: Trigger = {
  name: 'mns-queue',
  faasTrigger: 'pubsub',
  matches: (data) =>
    typeof readField(data, 'messageId') === 'string' && typeof readField(data, 'messageBody') === 'string',
  records: {
    system: 'smq',
    carrier: (record) => messageCarrier(record, undefined),
    destination: queueOf,
    attributes: (record) =>
      withEnvelope(record, {
        [ATTR_MESSAGING_MESSAGE_ID]: readText(dataOf(record), 'messageId'),
      }),
  },
};
