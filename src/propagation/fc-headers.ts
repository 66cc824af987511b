import type { FcTracing } from '../fc/context';
import { countAndTell } from '../tracing/counters';

const SPAN_CONTEXT = 'x-fc-tracing-opentracing-span-context';
const BAGGAGES = 'x-fc-tracing-opentracing-span-baggages';
const BAGGAGE = `${SPAN_CONTEXT}-baggage-`;
const ENDPOINT = 'x-fc-tracing-jaeger-endpoint';

type Headers = Readonly<Record<string, string | readonly string[] | undefined>>;

function textOf(headers: Headers, name: string): string | undefined {
  const value = headers[name];
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function decoded(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}

function itemsOf(headers: Headers): Record<string, string> {
  const items = Object.create(null) as Record<string, string>;
  const packed = textOf(headers, BAGGAGES);
  if (packed !== undefined) {
    try {
      const value = JSON.parse(Buffer.from(packed, 'base64').toString('utf8')) as unknown;
      if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new TypeError('no object');
      for (const [key, item] of Object.entries(value)) if (typeof item === 'string') items[key] = item;
    } catch {
      countAndTell('fc_traced.malformed_carriers', 1, `the header ${BAGGAGES} is not base64 of a JSON object and is left out`);
    }
  }
  for (const [name, value] of Object.entries(headers)) {
    if (name.startsWith(BAGGAGE) && name.length > BAGGAGE.length && typeof value === 'string') items[name.slice(BAGGAGE.length)] = decoded(value);
  }
  return items;
}

/** What `context.tracing` would hold, from the headers (names in lower case) of a custom runtime. Missing and empty ones are alike. Never throws. */
export function readFcTracingHeaders(headers: Headers): FcTracing {
  const spanContext = textOf(headers, SPAN_CONTEXT);
  const endpoint = textOf(headers, ENDPOINT);
  return {
    ...(spanContext !== undefined && { openTracingSpanContext: spanContext }),
    openTracingSpanBaggages: itemsOf(headers),
    ...(endpoint !== undefined && { jaegerEndpoint: endpoint }),
  };
}
