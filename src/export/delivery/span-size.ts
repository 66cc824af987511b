import type { Attributes, AttributeValue } from '@opentelemetry/api';
import type { Resource } from '@opentelemetry/resources';
import type { ReadableSpan } from '@opentelemetry/sdk-trace-base';

/** Ids, times, kind and status, with their keys. */
const SPAN_BYTES = 120;
const EVENT_BYTES = 24;
const LINK_BYTES = 40;
/** A span that cannot be measured. */
const UNKNOWN_BYTES = 1_024;
/** The key's tag, the type of the value, and lengths. */
const ATTRIBUTE_BYTES = 12;

const resources = new WeakMap<Resource, number>();

/**
 * Estimates how many bytes a span takes in a request. Strings are counted in characters, so text that is not ASCII takes
 * up to three times as much.
 */
export function spanBytes(span: ReadableSpan): number {
  try {
    return estimate(span);
  } catch {
    // A span with members of other types than declared.
    return UNKNOWN_BYTES;
  }
}

function estimate(span: ReadableSpan): number {
  let bytes = SPAN_BYTES + span.name.length + (span.status.message?.length ?? 0) + attributesBytes(span.attributes);
  for (const { name, attributes } of span.events) bytes += EVENT_BYTES + name.length + attributesBytes(attributes);
  for (const { attributes } of span.links) bytes += LINK_BYTES + attributesBytes(attributes);
  return bytes;
}

/** Estimates how many bytes the resource of a span takes. Jaeger thrift repeats it in each span. */
export function resourceBytes({ resource }: ReadableSpan): number {
  const known = resources.get(resource);
  if (known !== undefined) return known;
  const bytes = attributesBytes(resource.attributes);
  resources.set(resource, bytes);
  return bytes;
}

function attributesBytes(attributes: Attributes | undefined): number {
  let bytes = 0;
  for (const key in attributes) bytes += ATTRIBUTE_BYTES + key.length + valueBytes(attributes[key]);
  return bytes;
}

function valueBytes(value: AttributeValue | undefined): number {
  if (typeof value === 'string') return value.length;
  if (!Array.isArray(value)) return 8;
  let bytes = 0;
  for (const item of value as readonly unknown[]) bytes += 4 + (typeof item === 'string' ? item.length : 8);
  return bytes;
}
