import { propagation } from '@opentelemetry/api';
import type { Context, TextMapGetter, TextMapPropagator, TextMapSetter } from '@opentelemetry/api';
import { registeredWithApi } from '../api-registry';
import { countMalformed } from '../diagnostics';
import { readW3cHeaders } from './carriers';
import { contextWithCaller, outgoingFrom } from './outgoing';
import { w3cHeaders } from './outgoing-headers';

const FIELDS = ['traceparent', 'tracestate', 'baggage'];

/** Propagates W3C Trace Context and Baggage for instrumentations, with the headers and limits of `traceHeaders`. */
export const fcPropagator: TextMapPropagator = {
  inject(context: Context, carrier: unknown, setter: TextMapSetter): void {
    for (const [name, value] of Object.entries(w3cHeaders(outgoingFrom(context)))) setter.set(carrier, name, value);
  },
  extract(context: Context, carrier: unknown, getter: TextMapGetter): Context {
    const { spanContext, baggage, malformed } = readW3cHeaders(
      Object.fromEntries(FIELDS.map((name) => [name, getter.get(carrier, name)])),
    );
    if (malformed > 0) {
      countMalformed(malformed, 'malformed trace context or baggage that an instrumentation extracted was left out');
    }
    const caller = spanContext === undefined ? context : contextWithCaller(context, spanContext);
    return baggage === undefined ? caller : propagation.setBaggage(caller, baggage);
  },
  fields: () => [...FIELDS],
};

/**
 * Registers our propagator with OpenTelemetry's API unless the application has registered one, so that the official
 * instrumentations propagate the trace. Called whenever instrumentations are set up, because the application can
 * register or remove a propagator at any time.
 */
export function ensurePropagator(): void {
  if (registeredWithApi('propagation') === undefined) propagation.setGlobalPropagator(fcPropagator);
}
