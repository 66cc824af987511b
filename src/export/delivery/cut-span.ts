import type { Attributes, AttributeValue } from '@opentelemetry/api';
import type { ReadableSpan } from '@opentelemetry/sdk-trace-base';

/** The limits of a span whose values are cut: the characters of a string, and the items of a list. */
const CUTS = [
  { characters: 16_384, items: 1_024 },
  { characters: 1_024, items: 64 },
  { characters: 64, items: 8 },
] as const;

/** How often the values of a span can be cut further. */
export const MOST_CUTS = CUTS.length;

/** Returns the span with its values cut, more with each `level` from 1 to {@link MOST_CUTS}. The span is not changed. */
export function cutSpan(span: ReadableSpan, level: number): ReadableSpan {
  const { characters, items } = CUTS[Math.min(level, MOST_CUTS) - 1]!;
  const cutText = (text: string): string => (text.length > characters ? `${text.slice(0, characters)}…` : text);
  const cutValue = (value: AttributeValue | undefined): AttributeValue | undefined => {
    if (typeof value === 'string') return cutText(value);
    if (!Array.isArray(value)) return value;
    return (value as unknown[])
      .slice(0, items)
      .map((item) => (typeof item === 'string' ? cutText(item) : item)) as AttributeValue;
  };
  const cutAttributes = (attributes: Attributes | undefined): { attributes: Attributes; dropped: number } => {
    const entries = Object.entries(attributes ?? {});
    return {
      attributes: Object.fromEntries(entries.slice(0, items).map(([key, value]) => [cutText(key), cutValue(value)])),
      dropped: Math.max(0, entries.length - items),
    };
  };
  const own = cutAttributes(span.attributes);
  const values: Partial<ReadableSpan> = {
    name: cutText(span.name),
    status: span.status.message === undefined ? span.status : { ...span.status, message: cutText(span.status.message) },
    attributes: own.attributes,
    droppedAttributesCount: span.droppedAttributesCount + own.dropped,
    events: span.events.slice(0, items).map((event) => {
      const { attributes, dropped } = cutAttributes(event.attributes);
      const droppedAttributesCount = (event.droppedAttributesCount ?? 0) + dropped;
      return { ...event, name: cutText(event.name), attributes, droppedAttributesCount };
    }),
    droppedEventsCount: span.droppedEventsCount + Math.max(0, span.events.length - items),
    links: span.links.slice(0, items).map((link) => {
      const { attributes, dropped } = cutAttributes(link.attributes);
      return { ...link, attributes, droppedAttributesCount: (link.droppedAttributesCount ?? 0) + dropped };
    }),
    droppedLinksCount: span.droppedLinksCount + Math.max(0, span.links.length - items),
  };
  const properties = Object.entries(values).map(([key, value]) => [key, { value, enumerable: true }] as const);
  // The methods and all other members are those of the span.
  return Object.create(span, Object.fromEntries(properties)) as ReadableSpan;
}
