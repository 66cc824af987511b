import { readField, readText } from '../../safe-access';
import { parsedJson } from '../json';

/**
 * An event in the format of CloudEvents 1.0, as EventBridge passes it. The `aliyun…` attributes are set if it passed
 * an event bus.
 */
export interface CloudEvent<D = unknown> {
  readonly id: string;
  readonly source: string;
  readonly specversion: string;
  readonly type: string;
  readonly datacontenttype?: string;
  /** ISO 8601. */
  readonly time?: string;
  readonly subject?: string;
  readonly data: D;
  readonly aliyunaccountid?: string;
  readonly aliyunpublishtime?: string;
  readonly aliyunoriginalaccountid?: string;
  readonly aliyuneventbusname?: string;
  readonly aliyunregionid?: string;
  readonly aliyunpublishaddr?: string;
  readonly aliyuneventid?: string;
  /** Distributed tracing extension of CloudEvents. That EventBridge keeps it is inferred from its SDK. */
  readonly traceparent?: string;
  readonly tracestate?: string;
}

/** The `type` of a CloudEvent; `undefined` for everything else. */
export function cloudEventType(record: unknown): string | undefined {
  return typeof readField(record, 'specversion') === 'string' ? readText(record, 'type') : undefined;
}

/** The payload of a record: the `data` of a CloudEvent, or the record itself with the event schema `RawData`. */
export function dataOf(record: unknown): unknown {
  return cloudEventType(record) === undefined ? record : readField(record, 'data');
}

/** Parses a record that is a JSON string. Anything else is returned unchanged. */
export function parsedRecord(record: unknown): unknown {
  return typeof record === 'string' && /^\uFEFF?\{/.test(record) ? parsedJson(record, record) : record;
}

/** The elements of an array, each parsed, or a list of the event alone. The same array if nothing has to be parsed. */
export function elementsOf(event: unknown): readonly unknown[] {
  if (!Array.isArray(event)) return [event];
  const elements = event as readonly unknown[];
  return elements.some((element) => typeof element === 'string') ? elements.map(parsedRecord) : elements;
}
