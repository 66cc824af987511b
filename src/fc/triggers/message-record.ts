import type { Attributes } from '@opentelemetry/api';
import { readField, readText } from '../../safe-access';
import {
  ATTR_CLOUDEVENTS_EVENT_ID,
  ATTR_CLOUDEVENTS_EVENT_SOURCE,
  ATTR_CLOUDEVENTS_EVENT_SPEC_VERSION,
  ATTR_CLOUDEVENTS_EVENT_SUBJECT,
  ATTR_CLOUDEVENTS_EVENT_TYPE,
} from '../../semconv';
import { cloudEventType } from './cloud-event';

function namesTrace(properties: unknown): boolean {
  if (typeof properties !== 'object' || properties === null) return false;
  if (readField(properties, 'traceparent') !== undefined) return true;
  return Object.keys(properties).some((name) => name.length === 11 && name.toLowerCase() === 'traceparent');
}

/**
 * The carrier of a message: its own properties, or the extension attributes of its CloudEvent.
 */
export function messageCarrier(record: unknown, properties: unknown): unknown {
  if (namesTrace(properties) || cloudEventType(record) === undefined) return properties;
  const traceparent = readText(record, 'traceparent');
  return traceparent === undefined ? properties : { traceparent, tracestate: readField(record, 'tracestate') };
}

/** Adds the attributes of the CloudEvent of a message to those of the message, and returns `attributes`. */
export function withEnvelope(record: unknown, attributes: Attributes): Attributes {
  const type = cloudEventType(record);
  if (type === undefined) return attributes;
  attributes[ATTR_CLOUDEVENTS_EVENT_ID] = readText(record, 'id');
  attributes[ATTR_CLOUDEVENTS_EVENT_SOURCE] = readText(record, 'source');
  attributes[ATTR_CLOUDEVENTS_EVENT_SPEC_VERSION] = readText(record, 'specversion');
  attributes[ATTR_CLOUDEVENTS_EVENT_TYPE] = type;
  attributes[ATTR_CLOUDEVENTS_EVENT_SUBJECT] = readText(record, 'subject');
  return attributes;
}
