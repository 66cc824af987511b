import type { HttpEvent } from './http-event';
import type { ApiGatewayEvent } from './triggers/api-gateway';
import type { AsyncDestinationEvent } from './triggers/async-destination';
import type { CdnEvent } from './triggers/cdn';
import type { DtsEvent } from './triggers/dts';
import type { EventBridgeEvent } from './triggers/eventbridge';
import type { KafkaEvent } from './triggers/kafka';
import type { MnsQueueEvent } from './triggers/mns-queue';
import type { MnsTopicEvent } from './triggers/mns-topic';
import type { MqttEvent } from './triggers/mqtt';
import type { OssEvent } from './triggers/oss';
import type { RabbitMqEvent } from './triggers/rabbitmq';
import type { RocketMqEvent } from './triggers/rocketmq';
import type { SlsEvent } from './triggers/sls';
import type { TablestoreEvent } from './triggers/tablestore';
import type { TimerEvent } from './triggers/timer';
import type { TriggerName } from './triggers/trigger';

/** The type of each trigger's events, by the trigger's name. */
export interface TriggerEvents extends Record<TriggerName, unknown> {
  readonly http: HttpEvent;
  readonly 'api-gateway': ApiGatewayEvent;
  readonly timer: TimerEvent;
  readonly oss: OssEvent;
  readonly cdn: CdnEvent;
  readonly sls: SlsEvent;
  readonly tablestore: TablestoreEvent;
  readonly 'mns-topic': MnsTopicEvent;
  readonly 'mns-queue': MnsQueueEvent;
  readonly rocketmq: RocketMqEvent;
  readonly kafka: KafkaEvent;
  readonly rabbitmq: RabbitMqEvent;
  readonly mqtt: MqttEvent;
  readonly dts: DtsEvent;
  readonly eventbridge: EventBridgeEvent;
  readonly 'async-destination': AsyncDestinationEvent;
}

/**
 * The type of one record of an event: an element of an array, of `events` (OSS, CDN) or of `Records` (Tablestore); of
 * any other event, the event itself. Bytes have no type before they are decoded.
 */
export type RecordOf<E> = E extends Uint8Array
  ? unknown
  : E extends readonly (infer R)[]
    ? R
    : E extends { readonly events: readonly (infer R)[] }
      ? R
      : E extends { readonly Records: readonly (infer R)[] }
        ? R
        : E;
