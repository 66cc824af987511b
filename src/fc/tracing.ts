import { countMalformed } from '../diagnostics';
import type { FcTracing } from './context';
import { percentDecode } from './header-text';

/** A span context in Jaeger's format. The ids are lower-case hex, padded to 128 and 64 bits. */
export interface JaegerSpanContext {
  readonly traceId: string;
  readonly spanId: string;
  /** The id of the parent of the span. `undefined` if the span is a root, or if its parent is not named. */
  readonly parentSpanId: string | undefined;
  readonly sampled: boolean;
  readonly debug: boolean;
}

const FORMAT = /^([0-9a-f]{1,32}):([0-9a-f]{1,16}):([0-9a-f]{0,16}):([0-9a-f]{1,2})$/i;

/** The longest text that can be a span context: 69 characters, each percent-encoded. */
const MAX_LENGTH = 256;

/**
 * Parses `{trace-id}:{span-id}:{parent-id}:{flags}`, the format of `context.tracing.openTracingSpanContext`.
 *
 * The ids are hex, the trace id of 64 or 128 bits, with or without leading zeros. Bit 0 of the flags means sampled, bit
 * 1 means debug (Jaeger sets bit 0 as well). The string may be percent-encoded, as some clients send it. Returns `undefined` for any other string, and for ids that are all zeros.
 * Specification: https://www.jaegertracing.io/docs/1.76/client-libraries/#propagation-format
 */
export function parseJaegerSpanContext(text: string): JaegerSpanContext | undefined {
  const match = text.length > MAX_LENGTH ? null : FORMAT.exec(percentDecode(text).trim());
  if (match === null) return undefined;
  const traceId = match[1]!.toLowerCase().padStart(32, '0');
  const spanId = match[2]!.toLowerCase().padStart(16, '0');
  if (/^0+$/.test(traceId) || /^0+$/.test(spanId)) return undefined;
  const parentSpanId = /^0*$/.test(match[3]!) ? undefined : match[3]!.toLowerCase().padStart(16, '0');
  const flags = Number.parseInt(match[4]!, 16);
  return { traceId, spanId, parentSpanId, sampled: (flags & 1) === 1, debug: (flags & 2) === 2 };
}

/** The header with the caller's span, in requests to `InvokeFunction` and in those to a custom runtime. */
export const SPAN_CONTEXT_HEADER = 'X-Fc-Tracing-Opentracing-Span-Context';
/** The prefix of the headers with one baggage item each. */
export const BAGGAGE_ITEM_PREFIX = `${SPAN_CONTEXT_HEADER}-Baggage-`;

const PREFIX = 'x-fc-tracing-';
const SPAN_CONTEXT = SPAN_CONTEXT_HEADER.toLowerCase();
const BAGGAGE_ITEM = BAGGAGE_ITEM_PREFIX.toLowerCase();
const BAGGAGES = 'x-fc-tracing-opentracing-span-baggages';
/** The header with the endpoint of the function's tracing configuration. */
export const ENDPOINT_HEADER = 'x-fc-tracing-jaeger-endpoint';

type Items = readonly (readonly [key: string, value: string])[];

function textOf(value: unknown): string {
  return Array.isArray(value) ? value.join(', ') : typeof value === 'string' ? value : '';
}

/** Reads the baggage that FC sends as a JSON object in base64. */
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
 * Converts the `x-fc-tracing-*` headers of a request to a custom runtime to the format of `context.tracing`. An empty
 * header is treated as missing: both mean that tracing is disabled. Malformed baggage is skipped and counted. Never
 * throws.
 */
export function readFcTracingHeaders(headers: Readonly<Record<string, string | string[] | undefined>>): FcTracing {
  // Without headers of FC, nothing else is allocated.
  let texts: Map<string, string> | undefined;
  let single: (readonly [string, string])[] | undefined;
  for (const name of Object.keys(headers)) {
    // Most names are not converted to lower case.
    if (name.length < PREFIX.length || (name.charCodeAt(0) | 0x20) !== PREFIX.charCodeAt(0)) continue;
    const key = name.toLowerCase();
    if (!key.startsWith(PREFIX)) continue;
    const text = textOf(headers[name]);
    if (key.startsWith(BAGGAGE_ITEM) && key !== BAGGAGE_ITEM) {
      (single ??= []).push([name.slice(BAGGAGE_ITEM.length), percentDecode(text)]);
    } else if (text !== '') (texts ??= new Map()).set(key, text);
  }
  if (texts === undefined && single === undefined) return { openTracingSpanBaggages: {} };
  const [spanContext, baggages, endpoint] = [SPAN_CONTEXT, BAGGAGES, ENDPOINT_HEADER].map((key) => texts?.get(key));
  const { items, malformed } = baggages === undefined ? { items: [], malformed: 0 } : readBaggages(baggages);
  if (malformed > 0) {
    countMalformed(malformed, 'malformed baggage in the header x-fc-tracing-opentracing-span-baggages was skipped');
  }
  return {
    ...(spanContext !== undefined && { openTracingSpanContext: spanContext }),
    // `fromEntries` defines own properties, so that `__proto__` is an ordinary key.
    openTracingSpanBaggages: Object.fromEntries([...(single ?? []), ...items]),
    ...(endpoint !== undefined && { jaegerEndpoint: endpoint }),
  };
}
