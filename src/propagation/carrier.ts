import type { Baggage, SpanContext } from '@opentelemetry/api';

/** What one carrier said: where the call comes from, and what it brings along. */
export interface Carried {
  readonly spanContext?: SpanContext;
  readonly baggage?: Baggage;
  /** Parts that were there but not well-formed. */
  readonly malformed: number;
}

/** A carrier that said nothing. */
export const NOTHING_CARRIED: Carried = { malformed: 0 };
