import type { IncomingHttpHeaders } from 'node:http';

/** The span that a call came from, with what its caller hands on. */
export interface Caller {
  readonly traceId: string;
  readonly spanId: string;
  readonly sampled: boolean;
  readonly baggage: Readonly<Record<string, string>>;
}

const SPAN_CONTEXT = 'x-fc-tracing-opentracing-span-context';
const BAGGAGE_ITEM = `${SPAN_CONTEXT}-baggage-`;
const JAEGER = /^([0-9a-f]{1,32}):([0-9a-f]{1,16}):[0-9a-f]{0,16}:([0-9a-f]{1,2})$/i;
const TRACEPARENT = /^[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})(-|$)/;

const decoded = (text: string): string => {
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
    items.filter((item) => item.length === 2).map(([key, value]) => [key!.trim(), decoded(value!)]),
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

/** Reads FC's `{trace-id}:{span-id}:{parent-id}:{flags}`, ids padded. */
function fcSpanContext(text: string): Omit<Caller, 'baggage'> | undefined {
  const [, traceId, spanId, flags] = JAEGER.exec(text.trim()) ?? [];
  if (traceId === undefined || spanId === undefined) return undefined;
  const sampled = (Number.parseInt(flags!, 16) & 1) === 1;
  return { traceId: traceId.toLowerCase().padStart(32, '0'), spanId: spanId.toLowerCase().padStart(16, '0'), sampled };
}

/** Who sent a request to an HTTP trigger, by the W3C's headers: FC takes none of its own from there. */
export const httpCaller = w3cCaller;

/** Who called `InvokeFunction`: by FC's own headers, else by the W3C's. */
export function apiCaller(headers: IncomingHttpHeaders): Caller | undefined {
  const parent = fcSpanContext(textOf(headers[SPAN_CONTEXT]));
  if (parent === undefined) return w3cCaller(headers);
  const items = Object.entries(headers).filter(([name]) => name.startsWith(BAGGAGE_ITEM));
  const baggage = Object.fromEntries(
    items.map(([name, value]) => [name.slice(BAGGAGE_ITEM.length), decoded(textOf(value))]),
  );
  return { ...parent, baggage };
}
