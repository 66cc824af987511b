import { propagation, ROOT_CONTEXT, trace } from '@opentelemetry/api';
import type { Context, TextMapGetter, TextMapPropagator, TextMapSetter } from '@opentelemetry/api';
import { headersIn } from './trace-headers';
import { readW3cHeaders } from './w3c';

const FIELDS = ['traceparent', 'tracestate', 'baggage'];

/** W3C Trace Context and Baggage as OpenTelemetry's API wants a propagator: what official instrumentations put on requests. */
export const fcPropagator: TextMapPropagator = {
  inject(context: Context, carrier: unknown, setter: TextMapSetter): void {
    for (const [name, value] of Object.entries(headersIn(context))) setter.set(carrier, name, value);
  },
  extract(context: Context, carrier: unknown, getter: TextMapGetter): Context {
    const { spanContext, baggage } = readW3cHeaders(Object.fromEntries(FIELDS.map((name) => [name, getter.get(carrier, name)])));
    const parented = spanContext === undefined ? context : trace.setSpanContext(context, spanContext);
    return baggage === undefined ? parented : propagation.setBaggage(parented, baggage);
  },
  fields: () => [...FIELDS],
};

const PROBE = { traceId: '00000000000000000000000000000001', spanId: '0000000000000001', traceFlags: 1 };

/** Registers our propagator with OpenTelemetry's API where the application has none, which is found out by trying. */
export function ensurePropagator(): void {
  const carrier = {};
  propagation.inject(trace.setSpanContext(ROOT_CONTEXT, PROBE), carrier);
  if (Object.keys(carrier).length === 0 && propagation.fields().length === 0) propagation.setGlobalPropagator(fcPropagator);
}
