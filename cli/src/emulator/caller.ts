import type { IncomingHttpHeaders } from 'node:http';

/** The span from which a function was called, and the caller's baggage. */
export interface Caller {
  readonly traceId: string;
  readonly spanId: string;
  readonly sampled: boolean;
  readonly baggage: Readonly<Record<string, string>>;
}

const SPAN_CONTEXT_HEADER = 'x-fc-tracing-opentracing-span-context';
const BAGGAGE_HEADER_PREFIX = `${SPAN_CONTEXT_HEADER}-baggage-`;
const SPAN_CONTEXT_FORMAT = /^([0-9a-f]{1,32}):([0-9a-f]{1,16}):[0-9a-f]{0,16}:([0-9a-f]{1,2})$/i;
const TRACEPARENT = /^[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})(-|$)/;

const percentDecoded = (text: string): string => {
  try {
    return decodeURIComponent(text.trim());
  } catch {
    return text.trim();
  }
};
const textOf = (value: string | string[] | undefined): string =>
  Array.isArray(value) ? value.join(',') : (value ?? '');

function w3cBaggage(header: string): Record<string, string> {
  const items = header.split(',').map((item) => item.split(';', 1)[0]!.split('=', 2));
  return Object.fromEntries(
    items.filter((item) => item.length === 2).map(([key, value]) => [key!.trim(), percentDecoded(value!)]),
  );
}

function w3cCaller(headers: IncomingHttpHeaders): Caller | undefined {
  const [, traceId, spanId, flags] = TRACEPARENT.exec(textOf(headers['traceparent']).trim()) ?? [];
  if (traceId === undefined || spanId === undefined) return undefined;
  return {
    traceId,
    spanId,
    sampled: (Number.parseInt(flags!, 16) & 1) === 1,
    baggage: w3cBaggage(textOf(headers['baggage'])),
  };
}

/** Parses FC's `{trace-id}:{span-id}:{parent-id}:{flags}`, where ids may lack leading zeros. */
function fcSpanContext(text: string): Omit<Caller, 'baggage'> | undefined {
  const [, traceId, spanId, flags] = SPAN_CONTEXT_FORMAT.exec(text.trim()) ?? [];
  if (traceId === undefined || spanId === undefined) return undefined;
  const sampled = (Number.parseInt(flags!, 16) & 1) === 1;
  return { traceId: traceId.toLowerCase().padStart(32, '0'), spanId: spanId.toLowerCase().padStart(16, '0'), sampled };
}

/** The caller of an HTTP trigger, from the W3C headers. An HTTP trigger ignores FC's own headers. */
export const httpCaller = w3cCaller;

/** The caller of `InvokeFunction`, from FC's own headers or else from the W3C headers. */
export function apiCaller(headers: IncomingHttpHeaders): Caller | undefined {
  const parent = fcSpanContext(textOf(headers[SPAN_CONTEXT_HEADER]));
  if (parent === undefined) return w3cCaller(headers);
  const items = Object.entries(headers).filter(([name]) => name.startsWith(BAGGAGE_HEADER_PREFIX));
  const baggage = Object.fromEntries(
    items.map(([name, value]) => [name.slice(BAGGAGE_HEADER_PREFIX.length), percentDecoded(textOf(value))]),
  );
  return { ...parent, baggage };
}
