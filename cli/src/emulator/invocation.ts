import { randomUUID } from 'node:crypto';
import type { Caller } from './caller';
import type { Generation } from './context';
import type { ErrorResponse } from './instance-protocol';
import type { TracingFields } from './platform-trace';

/** Options of a single invocation. */
export interface InvokeOptions {
  /** Replaces the `context.tracing` that the tracing configuration gives. */
  readonly tracing?: TracingFields;
  /** The attempt of an asynchronous invocation. Default 0. */
  readonly retryCount?: number;
  /** The caller whose trace FC continues. By default FC starts a new trace. */
  readonly caller?: Caller | undefined;
}

/** Creates the bytes of an event that contains FC's span of the invocation, as the headers of an HTTP request do. */
export type EventFactory = (traceparent: string | undefined) => Buffer;

/** The result of an invocation, as its caller sees it. */
export interface InvocationResult {
  readonly ok: boolean;
  /** The bytes of the response; after a failure the error as JSON, as FC sends it. */
  readonly body: Buffer;
  readonly error?: ErrorResponse;
  /** The time from the call to the response in milliseconds, including a cold start. */
  readonly durationMs: number;
  readonly coldStart: boolean;
  readonly requestId: string;
  /** The trace of the invocation, when tracing is enabled. */
  readonly traceId?: string;
  /** Whether FC records the trace, when tracing is enabled. */
  readonly sampled?: boolean;
  /** Whether the process of the function has loaded OpenTelemetry's API. Unknown for servers. */
  readonly usesOpenTelemetry?: boolean;
  /** The status of the HTTP response, when an HTTP trigger made the call. */
  readonly status?: number;
}

/** The bytes of an event: buffers and strings as they are, any other value as JSON. */
export function eventBytes(event: unknown): Buffer {
  if (Buffer.isBuffer(event)) return event;
  return Buffer.from(typeof event === 'string' ? event : (JSON.stringify(event) ?? ''));
}

/** A request id: a UUID in FC 2.0, of the form `1-…-…-…` in FC 3.0. */
export function newRequestId(generation: Generation): string {
  const id = randomUUID();
  const digits = id.replaceAll('-', '');
  return generation === '2.0' ? id : `1-${digits.slice(0, 8)}-${digits.slice(8, 16)}-${digits.slice(16, 28)}`;
}
