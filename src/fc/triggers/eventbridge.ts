import { readText } from '../../safe-access';
import { ATTR_MESSAGING_MESSAGE_ID } from '../../semconv';
import type { CloudEvent } from './cloud-event';
import { messageCarrier, withEnvelope } from './message-record';
import type { Trigger } from './trigger';

/**
 * An event of EventBridge from a source without a specific trigger: one CloudEvent (event-driven), or an array of them
 * (event-streaming). With the event schema `RawData` the event is the `data` alone.
 */
export type EventBridgeEvent<D = unknown> = CloudEvent<D>;

/** EventBridge. `eventbridge` as `messaging.system` is inferred: OpenTelemetry registers no name for it. */
export const eventbridge: Trigger = {
  name: 'eventbridge',
  faasTrigger: 'pubsub',
  // CloudEvents are identified by their type. With RawData the event can be any value.
  matches: () => false,
  sendsAnyValue: true,
  records: {
    system: 'eventbridge',
    carrier: (record) => messageCarrier(record, undefined),
    destination: (record) => readText(record, 'aliyuneventbusname'),
    attributes: (record) =>
      withEnvelope(record, {
        [ATTR_MESSAGING_MESSAGE_ID]: readText(record, 'id'),
      }),
  },
};
