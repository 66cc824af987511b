import { propagation } from '@opentelemetry/api';
import type { Attributes, Context } from '@opentelemetry/api';

/** The chosen entries of a context's baggage as attributes under their own keys. */
export function baggageAttributes(context: Context, keys: readonly string[]): Attributes {
  const baggage = propagation.getBaggage(context);
  if (baggage === undefined) return {};
  return Object.fromEntries(
    keys.flatMap((key) => {
      const value = baggage.getEntry(key)?.value;
      return value === undefined ? [] : [[key, value]];
    }),
  );
}
