/** What FC tells of tracing. A field is missing or empty where tracing is off; the second group are the names that FC's documents give. */
export interface FcTracing {
  readonly openTracingSpanContext?: string;
  readonly openTracingSpanBaggages?: Readonly<Record<string, string>>;
  /** A Jaeger or an OTLP address, token included: a secret. */
  readonly jaegerEndpoint?: string;
  readonly spanContext?: string;
  readonly spanBaggages?: Readonly<Record<string, string>>;
}

/**
 * The `context` that Function Compute hands to a Node.js function, of both generations: FC 2.0 fills `service.name` and
 * `waitsForEmptyEventLoopBeforeCallback`, FC 3.0 `callbackWaitsForEmptyEventLoop`. Times are seconds, memory is MB.
 */
export interface FcContext {
  readonly requestId: string;
  /** Live credentials of the function's role. fc-traced never reads them. */
  readonly credentials?: {
    readonly accessKeyId?: string;
    readonly accessKeySecret?: string;
    readonly securityToken?: string;
  };
  readonly function: {
    readonly name: string;
    readonly handler: string;
    readonly memory: number;
    readonly timeout: number;
    readonly initializer?: string;
    readonly initializationTimeout?: number;
  };
  readonly service?: {
    readonly name?: string;
    readonly logProject?: string;
    readonly logStore?: string;
    readonly qualifier?: string;
    readonly versionId?: string;
  };
  readonly region: string;
  readonly accountId: string;
  readonly logger?: FcLogger;
  readonly retryCount?: number;
  readonly tracing?: FcTracing;
  waitsForEmptyEventLoopBeforeCallback?: boolean;
  callbackWaitsForEmptyEventLoop?: boolean;
}

/** The logger in FC's context. */
export interface FcLogger {
  log(...values: unknown[]): void;
  debug(...values: unknown[]): void;
  info(...values: unknown[]): void;
  warn(...values: unknown[]): void;
  error(...values: unknown[]): void;
}

/** The answer of a callback-style function: `callback(error)` or `callback(null, value)`. */
export type FcCallback = (error: unknown, value?: unknown) => void;
