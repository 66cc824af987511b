import type { FcTracing } from './context';
import { countAndTell } from '../diagnostics';
import { percentDecode } from './percent-encoding';

/** FC's headers in a request to `InvokeFunction`, and in one that a custom runtime gets. */
export const SPAN_CONTEXT_HEADER = 'X-Fc-Tracing-Opentracing-Span-Context';
export const BAGGAGE_ITEM_PREFIX = `${SPAN_CONTEXT_HEADER}-Baggage-`;

const PREFIX = 'x-fc-tracing-';
const SPAN_CONTEXT = SPAN_CONTEXT_HEADER.toLowerCase();
const BAGGAGE_ITEM = BAGGAGE_ITEM_PREFIX.toLowerCase();
const BAGGAGES = 'x-fc-tracing-opentracing-span-baggages';
const ENDPOINT = 'x-fc-tracing-jaeger-endpoint';

type Items = readonly (readonly [key: string, value: string])[];

function textOf(value: unknown): string {
  return Array.isArray(value) ? value.join(', ') : typeof value === 'string' ? value : '';
}

/** The baggage that FC sends as the base64 of a JSON object. */
function readBaggages(text: string): { items: Items; malformed: number } {
  try {
    const object: unknown = JSON.parse(Buffer.from(text, 'base64').toString());
    if (typeof object !== 'object' || object === null || Array.isArray(object)) return { items: [], malformed: 1 };
    const entries = Object.entries(object);
    const items = entries.filter((entry): entry is [string, string] => typeof entry[1] === 'string');
    return { items, malformed: entries.length - items.length };
  } catch {
    return { items: [], malformed: 1 };
  }
}

/**
 * What a custom runtime gets in `x-fc-tracing-*` headers, in the shape of `context.tracing`. An empty header counts as a missing
 * one: both say that tracing is off. Baggage that cannot be read is left out and counted. Never throws.
 */
export function readFcTracingHeaders(headers: Readonly<Record<string, string | string[] | undefined>>): FcTracing {
  const texts = new Map<string, string>();
  const single: (readonly [string, string])[] = [];
  for (const name of Object.keys(headers)) {
    if (name.length < PREFIX.length) continue;
    const key = name.toLowerCase();
    if (!key.startsWith(PREFIX)) continue;
    const text = textOf(headers[name]);
    if (key.startsWith(BAGGAGE_ITEM) && key !== BAGGAGE_ITEM) {
      single.push([name.slice(BAGGAGE_ITEM.length), percentDecode(text)]);
    } else if (text !== '') texts.set(key, text);
  }
  const [spanContext, baggages, endpoint] = [SPAN_CONTEXT, BAGGAGES, ENDPOINT].map((key) => texts.get(key));
  const { items, malformed } = baggages === undefined ? { items: [], malformed: 0 } : readBaggages(baggages);
  if (malformed > 0) {
    countAndTell(
      'fc_traced.malformed_carriers',
      malformed,
      'malformed baggage in the header x-fc-tracing-opentracing-span-baggages was left out',
    );
  }
  return {
    ...(spanContext !== undefined && { openTracingSpanContext: spanContext }),
    // As own properties, so that a key such as `__proto__` is a key like any other.
    openTracingSpanBaggages: Object.fromEntries([...single, ...items]),
    ...(endpoint !== undefined && { jaegerEndpoint: endpoint }),
  };
}
