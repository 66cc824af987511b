import type { SpanRecord } from 'fc-traced/testing';

/** The instrumentation scope that created a span or log record. */
export interface Scope {
  readonly name: string;
  readonly version?: string;
}

/** A span as the viewer stores it: the record of `fc-traced/testing`, and what OTLP has in addition. */
export interface ViewerSpan extends SpanRecord {
  readonly scope?: Scope;
  readonly traceState?: string;
  /** Whether the span arrived only after its instance was frozen and resumed. */
  readonly arrivedAfterThaw?: boolean;
}

/** A log record that belongs to a trace. Times are nanoseconds since the Unix epoch. */
export interface ViewerLog {
  readonly traceId: string;
  readonly spanId?: string;
  readonly timeNanos: bigint;
  /** The severity as text, such as `INFO`. Empty if unknown. */
  readonly severity: string;
  readonly body: unknown;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly resource: Readonly<Record<string, unknown>>;
}

/** Everything that is known of one trace. */
export interface TraceData {
  readonly spans: readonly ViewerSpan[];
  readonly logs?: readonly ViewerLog[];
}

/** The attribute that stands for `arrivedAfterThaw` in OTLP. */
export const ATTR_ARRIVED_AFTER_THAW = 'fc_traced.arrived_after_thaw';
