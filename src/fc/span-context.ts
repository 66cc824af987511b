/** The ids that a Jaeger text form holds, padded to 128 and 64 bit, lower-case. */
export interface JaegerSpanContext {
  readonly traceId: string;
  readonly spanId: string;
  readonly sampled: boolean;
  readonly debug: boolean;
}

const FORM = /^([0-9a-f]{1,32}):([0-9a-f]{1,16}):([0-9a-f]{0,16}):([0-9a-f]{1,2})$/i;

/**
 * Reads `{trace-id}:{span-id}:{parent-id}:{flags}`, the form of `context.tracing.openTracingSpanContext`.
 *
 * Ids are hex of 64 or 128 bit, with or without leading zeros. Of the flags, bit 0 says sampled and bit 1 debug (which
 * Jaeger gives together with bit 0). Returns nothing for any other text, and for ids that are all zero.
 * Form: https://www.jaegertracing.io/docs/1.76/client-libraries/#propagation-format
 */
export function parseJaegerSpanContext(text: string): JaegerSpanContext | undefined {
  const match = FORM.exec(text.trim());
  if (match === null) return undefined;
  const traceId = match[1]!.toLowerCase().padStart(32, '0');
  const spanId = match[2]!.toLowerCase().padStart(16, '0');
  if (/^0+$/.test(traceId) || /^0+$/.test(spanId)) return undefined;
  const flags = Number.parseInt(match[4]!, 16);
  return { traceId, spanId, sampled: (flags & 1) === 1, debug: (flags & 2) === 2 };
}
