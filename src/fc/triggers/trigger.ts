import type { Attributes } from '@opentelemetry/api';

/** The values of OpenTelemetry's `faas.trigger`. */
export type FaasTrigger = 'http' | 'pubsub' | 'datasource' | 'timer' | 'other';

/** What can start an invocation: the value of the option `trigger`. */
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

/** How the records of a trigger's events are read. All functions are total: they take any value. */
export interface RecordFormat {
  /** `messaging.system`. `undefined` where records are not messages: such an event has no `process` span. */
  readonly system: string | undefined;
  /** The records of an event, where they are not its elements. */
  list?(event: unknown): readonly unknown[];
  /**
   * An object that may hold the W3C Trace Context of whoever produced the record, under the names of HTTP headers. `only` names the
   * one that is asked for; the others may be missing then.
   */
  carrier?(record: unknown, only?: 'baggage'): unknown;
  /** Where the record comes from: `messaging.destination.name`, or the bucket, table or domain of a data source. */
  destination(record: unknown): string | undefined;
  attributes(record: unknown): Attributes;
  /** Records of the same group have an order among each other, such as those of a partition. Default: all of them. */
  group?(record: unknown): string;
}

/** What started an invocation. */
export interface Trigger {
  readonly name: TriggerName | 'other';
  readonly faasTrigger: FaasTrigger;
  /**
   * Whether a payload has this trigger's shape. The payload is the event, or the first record of an array. Not asked for
   * CloudEvents, whose `type` says what they are.
   */
  matches(payload: unknown): boolean;
  /** Whether the option `trigger` accepts an event that no shape identifies, as the trigger can send any value. */
  readonly sendsAnyValue?: boolean;
  /** The request headers, where the event has any. */
  headers?(event: unknown): unknown;
  /** Attributes of the invocation span, beside those that all records of the event share. */
  attributes?(event: unknown): Attributes;
  readonly records?: RecordFormat;
}
