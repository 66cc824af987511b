import { propagation } from '@opentelemetry/api';
import type { Context, TextMapGetter, TextMapPropagator, TextMapSetter } from '@opentelemetry/api';
import { registeredWithApi } from '../api-registry';
import { countMalformed } from '../diagnostics';
import { readW3cHeaders } from './carriers';
import { contextWithCaller, outgoingFrom } from './outgoing';
import { w3cHeaders } from './outgoing-headers';

const FIELDS = ['traceparent', 'tracestate', 'baggage'];

/** W3C Trace Context and Baggage for OpenTelemetry's instrumentations: the same headers as `traceHeaders`, read by the same parsers. */
export const fcPropagator: TextMapPropagator = {
  inject(context: Context, carrier: unknown, setter: TextMapSetter): void {
    for (const [name, value] of Object.entries(w3cHeaders(outgoingFrom(context)))) setter.set(carrier, name, value);
  },
  extract(context: Context, carrier: unknown, getter: TextMapGetter): Context {
    const { spanContext, baggage, malformed } = readW3cHeaders(
      Object.fromEntries(FIELDS.map((name) => [name, getter.get(carrier, name)])),
    );
    if (malformed > 0) {
      countMalformed(malformed, 'malformed trace context or baggage in what an instrumentation received was left out');
    }
    const caller = spanContext === undefined ? context : contextWithCaller(context, spanContext);
    return baggage === undefined ? caller : propagation.setBaggage(caller, baggage);
  },
  fields: () => [...FIELDS],
};

/**
 * Registers our propagator with OpenTelemetry's API, where the application has none: official instrumentations then send the
 * trace along. Asked each time, because an application, or a test, can register or remove one at any time.
 */
export function ensurePropagator(): void {
  if (registeredWithApi('propagation') === undefined) propagation.setGlobalPropagator(fcPropagator);
}
