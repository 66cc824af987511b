/** The five OpenTelemetry span kinds, by name. */
export type SpanKindName = 'internal' | 'server' | 'client' | 'producer' | 'consumer';

/** The three OpenTelemetry status codes, by name. */
export type StatusName = 'UNSET' | 'OK' | 'ERROR';

/** An event of a finished span. */
export interface EventRecord {
  readonly name: string;
  readonly timeNanos: bigint;
  readonly attributes: Readonly<Record<string, unknown>>;
}

/** A link of a finished span. Ids are lower-case hex, 32 and 16 digits. */
export interface LinkRecord {
  readonly traceId: string;
  readonly spanId: string;
  readonly attributes: Readonly<Record<string, unknown>>;
}

/**
 * One finished span as plain data, whichever way it came: from the SDK in this process, from OTLP or from
 * Jaeger thrift. Ids are lower-case hex (32 and 16 digits); times are nanoseconds since the Unix epoch.
 */
export interface SpanRecord {
  readonly traceId: string;
  readonly spanId: string;
  /** Absent on a root span. */
  readonly parentSpanId?: string;
  readonly name: string;
  readonly kind: SpanKindName;
  readonly startNanos: bigint;
  readonly endNanos: bigint;
  readonly status: { readonly code: StatusName; readonly message?: string };
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly events: readonly EventRecord[];
  readonly links: readonly LinkRecord[];
  readonly resource: Readonly<Record<string, unknown>>;
}
