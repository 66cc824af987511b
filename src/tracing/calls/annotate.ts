import { attributeValues } from './attribute-values';
import type { Attributes, Span } from '@opentelemetry/api';
import { currentSpan } from '../context/ambient-span';

/**
 * Puts attributes on the span that is active, without a span of its own. Nested objects become dotted keys, secrets are replaced,
 * sizes are limited as for the option `attributes`. Outside of a recorded span it does nothing. Never throws.
 *
 * @example
 * ```ts
 * import { annotate } from 'fc-traced';
 * annotate({ order: { id: 7, items: 3 } }); // order.id, order.items
 * ```
 */
export function annotate(attributes: Readonly<Record<string, unknown>>): void {
  annotateSpan(currentSpan(), () => attributeValues(attributes));
}

/** Puts what `make` gives on a span, if that takes any. */
export function annotateSpan(span: Span, make: () => Attributes | undefined): void {
  if (!span.isRecording()) return;
  try {
    const attributes = make();
    if (attributes !== undefined) span.setAttributes(attributes);
  } catch {
    // What cannot be shown is left out.
  }
}
