import { createContextKey, ROOT_CONTEXT } from '@opentelemetry/api';
import type { Context } from '@opentelemetry/api';

/**
 * The context key that `suppressTracing` of `@opentelemetry/core` sets. It is not exported there, and loading that
 * package would load the SDK. `export/sdk-members.ts` checks it when the SDK is loaded.
 */
const SUPPRESSED_KEY = createContextKey('OpenTelemetry SDK Context Key SUPPRESS_TRACING');

/** A context in which instrumentations record nothing. */
export const SUPPRESSED_CONTEXT = ROOT_CONTEXT.setValue(SUPPRESSED_KEY, true);

/** Whether tracing is suppressed in a context, as exporters do for their own requests. */
export function isSuppressed(context: Context): boolean {
  return context.getValue(SUPPRESSED_KEY) === true;
}
