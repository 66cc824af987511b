import type { Attributes } from '@opentelemetry/api';

/** The values of OpenTelemetry's `faas.trigger`. */
export type FaasTrigger = 'http' | 'pubsub' | 'datasource' | 'timer' | 'other';

/** The names of the triggers: the values of the option `trigger`. */
export type TriggerName =
  | 'http'
  | 'api-gateway'
  | 'timer'
  | 'oss'
  | 'cdn'
  | 'sls'
  | 'tablestore'
  | 'mns-topic'
  | 'mns-queue'
  | 'rocketmq'
  | 'kafka'
  | 'rabbitmq'
  | 'mqtt'
  | 'dts'
  | 'eventbridge'
  | 'async-destination';

/** How the records of a trigger's events are read. All functions accept any value. */
export interface RecordFormat {
  /** `messaging.system`. `undefined` if the records are not messages: such an event has no batch span. */
  readonly system: string | undefined;
  /** The records of an event, if they are not its elements. */
  list?(event: unknown): readonly unknown[];
  /**
   * An object that may hold the W3C Trace Context of the producer of a record, under the names of HTTP headers. With
   * `only`, the other entries may be missing.
   */
  carrier?(record: unknown, only?: 'baggage'): unknown;
  /** Where the record comes from: `messaging.destination.name`, or the bucket, table or domain of a data source. */
  destination(record: unknown): string | undefined;
  attributes(record: unknown): Attributes;
  /** The group of a record. Records of a group are ordered, such as those of a partition. Default: one group. */
  group?(record: unknown): string;
}

/** What triggers an invocation. */
export interface Trigger {
  readonly name: TriggerName | 'other';
  readonly faasTrigger: FaasTrigger;
  /**
   * Whether a payload has this trigger's shape. The payload is the event, or the first element of an array. Not called
   * for CloudEvents, which their `type` identifies.
   */
  matches(payload: unknown): boolean;
  /** Whether the trigger can send any value, so that the option `trigger` accepts events of an unknown shape. */
  readonly sendsAnyValue?: boolean;
  /** The request headers, if the event has any. */
  headers?(event: unknown): unknown;
  /** Attributes of the invocation span, in addition to those that all records share. */
  attributes?(event: unknown): Attributes;
  readonly records?: RecordFormat;
}
