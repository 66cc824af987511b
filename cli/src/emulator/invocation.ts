import { randomUUID } from 'node:crypto';
import type { Caller } from './caller';
import type { Generation } from './context';
import type { ErrorAnswer } from './instance-protocol';
import type { TracingFields } from './platform-trace';

/** What may differ between two calls of one function. */
export interface InvokeOptions {
  /** `context.tracing` as it is to be, in place of what the tracing configuration gives. */
  readonly tracing?: TracingFields;
  /** The attempt of an asynchronous invocation. Default 0. */
  readonly retryCount?: number;
  /** Where the call came from; FC continues its trace. Default: from nowhere, FC begins a trace. */
  readonly caller?: Caller | undefined;
}

/** What an event is made of when it shall name FC's span for the invocation, as the headers in the event of an HTTP request do. */
export type EventMaker = (traceparent: string | undefined) => Buffer;

/** What the caller of a function gets. */
export interface Invocation {
  readonly ok: boolean;
  /** The answer's bytes; after a failure the error as JSON, as FC sends it. */
  readonly body: Buffer;
  readonly error?: ErrorAnswer;
  /** From the call to its answer, a cold start included. */
  readonly durationMs: number;
  readonly coldStart: boolean;
  readonly requestId: string;
  /** The trace that FC began for the call, when tracing is configured. */
  readonly traceId?: string;
}

/** The body of a call: bytes and text as they are, anything else as JSON. */
export function eventBytes(event: unknown): Buffer {
  if (Buffer.isBuffer(event)) return event;
  return Buffer.from(typeof event === 'string' ? event : (JSON.stringify(event) ?? ''));
}

/** A request id: a UUID in FC 2.0, the form `1-…-…-…` in 3.0. */
export function newRequestId(generation: Generation): string {
  const id = randomUUID();
  const digits = id.replaceAll('-', '');
  return generation === '2.0' ? id : `1-${digits.slice(0, 8)}-${digits.slice(8, 16)}-${digits.slice(16, 28)}`;
}
