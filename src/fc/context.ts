import { readField } from '../safe-access';
import type { Fc2Response } from './http-event';

/**
 * The trace context and endpoint that FC passes. Fields are missing or empty if tracing is disabled for the function.
 */
export interface FcTracing {
  /** The caller's span in Jaeger's format, `{trace-id}:{span-id}:{parent-id}:{flags}`. */
  readonly openTracingSpanContext?: string;
  /** The caller's baggage. */
  readonly openTracingSpanBaggages?: Readonly<Record<string, string>>;
  /** The URL of a Jaeger or OTLP endpoint. Its path may contain a token, so it is redacted from spans. */
  readonly jaegerEndpoint?: string;
  /** Another name of `openTracingSpanContext`, used in FC's documentation. */
  readonly spanContext?: string;
  /** Another name of `openTracingSpanBaggages`, used in FC's documentation. */
  readonly spanBaggages?: Readonly<Record<string, string>>;
}

/**
 * The `context` that Function Compute passes to a Node.js function, for FC 2.0 and FC 3.0. FC 2.0 sets `service.name`
 * and `waitsForEmptyEventLoopBeforeCallback`, FC 3.0 sets `callbackWaitsForEmptyEventLoop`. Times are in seconds,
 * memory is in MB.
 */
export interface FcContext {
  readonly requestId: string;
  /** Temporary credentials of the function's role. fc-traced reads them only to redact them from spans. */
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

/** The logger in FC's context. Each method writes one log line at its level. */
export interface FcLogger {
  log(...values: unknown[]): void;
  debug(...values: unknown[]): void;
  info(...values: unknown[]): void;
  warn(...values: unknown[]): void;
  error(...values: unknown[]): void;
}

/** The callback of a callback-style function. Call it as `callback(error)` or `callback(null, value)`. */
export type FcCallback = (error: unknown, value?: unknown) => void;

/** Whether a value is the response that FC 2.0 passes instead of the context, in `(req, resp, context)`. */
export function isFc2Response(value: unknown): value is Fc2Response {
  return typeof readField(value, 'setStatusCode') === 'function' && typeof readField(value, 'send') === 'function';
}
