// The messages between the emulator and the process of an instance: the emulator sends each call over Node.js's IPC
// channel, the instance writes one line of JSON for each response to a pipe.
import type { Outcome } from './call-function';
import type { ContextFields, Generation } from './context';
import type { HandlerStyle } from './function-options';

/** A call that the emulator asks the instance to make. */
export interface CallRequest {
  /** `'load'` only loads the function. */
  readonly kind: 'invoke' | 'hook' | 'load';
  /** `file.method`. */
  readonly handler: string;
  readonly handlerStyle: HandlerStyle;
  readonly context: ContextFields;
  /** Base64; hooks have none. */
  readonly event?: string;
  /** Whether the call succeeds if the module does not export the function. */
  readonly optional: boolean;
  /** Whether the instance is stopped as soon as it has written its response. */
  readonly freeze: boolean;
}

/** The error that a caller of `InvokeFunction` receives. */
export interface ErrorResponse {
  readonly errorMessage: string;
  readonly errorType?: string;
  readonly stackTrace?: readonly string[];
}

/** The response of an instance; `body` is base64. */
export type CallResponse =
  | { readonly ok: true; readonly body: string; readonly usesOpenTelemetry?: boolean }
  | { readonly ok: false; readonly error: ErrorResponse; readonly usesOpenTelemetry?: boolean };

/**
 * The file descriptor, in the instance, of the pipe that it writes responses to and that it waits on while it is
 * frozen.
 */
export const RESPONSE_FD = 3;

/**
 * The bytes that FC sends for the value of a handler. Throws for a value that FC cannot format. FC 2.0 converts each
 * value with `toString` first; whether FC 3.0 does is not documented.
 */
export function responseBody(value: unknown, generation: Generation): Buffer {
  if (value === null || value === undefined) return Buffer.alloc(0);
  if (Buffer.isBuffer(value)) return value;
  if (generation === '2.0') void (value as { toString(): unknown }).toString();
  // FC converts a function to the source text of its constructor.
  if (typeof value === 'function') return Buffer.from(String(value.constructor));
  if (typeof value === 'object') return Buffer.from(JSON.stringify(value));
  return Buffer.from(String(value as string | number | boolean | bigint | symbol));
}

/**
 * The error that FC responds with. Throws for an error that FC cannot format. FC 3.0 uses the error's own name; FC 2.0
 * adds a prefix to the name of a thrown error, on the error object itself. How FC 3.0 reports a thrown value that is not
 * an error is not documented; the emulator does as FC 2.0.
 */
export function errorResponse({ error, from }: Extract<Outcome, { ok: false }>, generation: Generation): ErrorResponse {
  if (!(error instanceof Error)) {
    return {
      // FC sends no text for null and undefined.
      errorMessage: error === null || error === undefined ? String(error) : responseBody(error, generation).toString(),
      errorType: from === 'callback' ? 'FunctionHandledError' : 'FunctionUnhandledError',
    };
  }
  if (generation === '2.0' && from === 'throw') {
    try {
      error.name = `FunctionUnhandledError: ${error.name}`;
    } catch {
      // A frozen error keeps its name.
    }
  }
  // `stack` may be anything; FC does not check it.
  return { errorMessage: error.message, errorType: error.name, stackTrace: error.stack!.split('\n') };
}
