import { SpanStatusCode } from '@opentelemetry/api';
import type { Context, Span } from '@opentelemetry/api';
import { registeredLoggerProvider, sharedByCopies } from '../../api-registry';
import { countError, warnOnce } from '../../diagnostics';
import { readField, readText } from '../../safe-access';
import { ATTR_ERROR_TYPE, ATTR_EXCEPTION_MESSAGE, ATTR_EXCEPTION_STACKTRACE, ATTR_EXCEPTION_TYPE } from '../../semconv';
import { MAX_TEXT_LENGTH, redactAndCut, redactName } from '../redaction/secrets';
import { state } from '../telemetry/state';

/** Marks the instances of `HttpError`, of all copies of this package in a process. */
export const HTTP_ERROR = Symbol.for('fc-traced HttpError');

/**
 * Returns whether a thrown value is an `HttpError` with a status below 500. Such an error is the response to a request,
 * not a failure of the methods that throw it. Never throws.
 */
export function isClientError(error: unknown): boolean {
  try {
    if (typeof error !== 'object' || error === null || Reflect.get(error, HTTP_ERROR) !== true) return false;
    const statusCode: unknown = Reflect.get(error, 'statusCode');
    return typeof statusCode === 'number' && statusCode < 500;
  } catch {
    // A proxy or getter that throws.
    return false;
  }
}

/** The type, message and stack of an error, with secrets redacted. */
export interface ErrorDescription {
  readonly type: string;
  readonly message: string;
  /** The stack, followed by those of its causes and of the errors of an `AggregateError`. */
  readonly stack?: string;
}

const MAX_CHAIN = 8;
const MAX_STACK = 16_384;

/** Returns whether a value is an object or a function. */
export function isObject(value: unknown): value is object {
  return (typeof value === 'object' && value !== null) || typeof value === 'function';
}

function typeOf(error: unknown): string {
  if (!isObject(error)) return error === null ? 'null' : typeof error;
  const errorClass = readField(error, 'constructor');
  return (
    readText(error, 'name') ?? (typeof errorClass === 'function' ? readText(errorClass, 'name') : undefined) ?? 'Error'
  );
}

function messageOf(error: unknown): string {
  return isObject(error) ? (readText(error, 'message') ?? '') : String(error);
}

/** Returns the first errors of an `AggregateError`. */
function aggregatedErrors(error: object): unknown[] {
  try {
    const errors = readField(error, 'errors');
    return Array.isArray(errors) ? errors.slice(0, MAX_CHAIN) : [];
  } catch {
    // An array or proxy whose items throw when they are read.
    return [];
  }
}

/**
 * Returns whether an error is a stack overflow. Its `stack` must not be read: formatting it can run the program's code,
 * such as a source map library, and V8 aborts the process if a regular expression is compiled with no stack left.
 */
function isOverflow(error: object): boolean {
  return messageOf(error) === 'Maximum call stack size exceeded';
}

/**
 * Returns the stacks of an error, of its `cause` and of the `errors` of an `AggregateError`; each once, 8 errors at
 * most.
 */
function chainOf(error: unknown, heading: string, seen: Set<unknown>): string[] {
  if (seen.size >= MAX_CHAIN || seen.has(error)) return [];
  seen.add(error);
  const stack =
    (isObject(error) && !isOverflow(error) ? readText(error, 'stack') : undefined) ??
    (heading === '' ? undefined : `${typeOf(error)}: ${messageOf(error)}`);
  const lines = stack === undefined ? [] : [heading + stack.slice(0, 2 * MAX_STACK)];
  if (!isObject(error)) return lines;
  aggregatedErrors(error).forEach((inner, index) => lines.push(...chainOf(inner, `[errors ${index}]: `, seen)));
  const cause = readField(error, 'cause');
  return cause === undefined ? lines : [...lines, ...chainOf(cause, 'Caused by: ', seen)];
}

/** Loaded for an error of a kind that can have values in its message. */
function driverValueRemover(error: unknown): ((text: string) => string) | undefined {
  if (!isObject(error)) return undefined;
  const { driverValueRemover: remover } =
    require('../redaction/driver-errors') as typeof import('../redaction/driver-errors');
  try {
    return remover(error);
  } catch {
    return undefined; // An array or proxy whose items throw when they are read.
  }
}

/** Describes a thrown value of any type. Never throws. */
export function describeError(error: unknown): ErrorDescription {
  const withoutValues = driverValueRemover(error) ?? ((text: string): string => text);
  const stack = redactAndCut(withoutValues(chainOf(error, '', new Set()).join('\n')), MAX_STACK).slice(0, MAX_STACK);
  return {
    type: redactName(typeOf(error)),
    message: redactAndCut(withoutValues(messageOf(error)), MAX_TEXT_LENGTH),
    ...(stack !== '' && { stack }),
  };
}

const ERROR_SEVERITY = 17;

/**
 * Records an exception as a span event; if `OTEL_SEMCONV_EXCEPTION_SIGNAL_OPT_IN` is `logs`, as a log record in the
 * span's context; and if it is `logs/dup`, as both. Without a usable logger provider it is always an event.
 * Specification: https://opentelemetry.io/docs/specs/semconv/exceptions/
 */
export function recordException(
  span: Span,
  context: Context | undefined,
  { type, message, stack }: ErrorDescription,
): void {
  if (
    state.exceptionSignal !== 'events' &&
    emitLog(context, { type, message, stack }) &&
    state.exceptionSignal === 'logs'
  ) {
    return;
  }
  span.recordException({ name: type, message, ...(stack !== undefined && { stack }) });
}

/** Returns whether the exception was emitted as a log record. */
function emitLog(context: Context | undefined, { type, message, stack }: ErrorDescription): boolean {
  try {
    const provider = registeredLoggerProvider();
    if (provider === undefined) return false;
    if (provider === 'incompatible') {
      warnOnce(
        "@opentelemetry/api-logs does not keep its logger provider in Symbol.for('io.opentelemetry.js.api.logs') as " +
          'expected; exceptions are recorded as span events, not as log records',
      );
      return false;
    }
    const attributes = {
      [ATTR_EXCEPTION_TYPE]: type,
      [ATTR_EXCEPTION_MESSAGE]: message,
      ...(stack !== undefined && { [ATTR_EXCEPTION_STACKTRACE]: stack }),
    };
    provider.getLogger('fc-traced').emit({
      eventName: 'exception',
      severityNumber: ERROR_SEVERITY,
      severityText: 'ERROR',
      attributes,
      ...(context && { context }),
    });
    return true;
  } catch {
    countError('the registered logger provider threw; the exception was recorded as a span event');
    return false;
  }
}

/** The ids of the traces in which an error was recorded, one or several, by whichever copy of fc-traced. */
const recordedIn = sharedByCopies('recorded errors', () => new WeakMap<object, string | Set<string>>());
/** The primitive that a child of a span threw. A primitive cannot be a key of `recordedIn`, so its parent span is. */
const thrownByChild = new WeakMap<Span, { readonly error: unknown }>();

/**
 * Marks a span as failed. The exception is recorded only on the first span of the trace that the error leaves, which is
 * the innermost; outer spans get status and `error.type` only. Accepts any thrown value. Never throws.
 */
export function recordFailure(span: Span, error: unknown, parent: Span | undefined, context?: Context): void {
  try {
    const description = describeError(error);
    if (!isRecorded(span, error)) recordException(span, context, description);
    markRecorded(span, error, parent);
    span.setAttribute(ATTR_ERROR_TYPE, description.type);
    span.setStatus({ code: SpanStatusCode.ERROR, message: description.message });
  } catch {
    // A span that rejects the error must not replace it.
  }
}

function isRecorded(span: Span, error: unknown): boolean {
  if (isObject(error)) {
    const { traceId } = span.spanContext();
    const traces = recordedIn.get(error);
    return typeof traces === 'object' ? traces.has(traceId) : traces === traceId;
  }
  const thrown = thrownByChild.get(span);
  return thrown !== undefined && Object.is(thrown.error, error);
}

function markRecorded(span: Span, error: unknown, parent: Span | undefined): void {
  const { traceId } = span.spanContext();
  if (isObject(error)) addTrace(error, traceId);
  else if (parent !== undefined && parent.spanContext().traceId === traceId) thrownByChild.set(parent, { error });
}

/** The limit of traces per error. A shared error, such as one in a cache, can be thrown in any number of them. */
const MAX_TRACES = 1_000;

function addTrace(error: object, traceId: string): void {
  const traces = recordedIn.get(error);
  if (traces === undefined || traces === traceId) recordedIn.set(error, traceId);
  else if (typeof traces === 'string') recordedIn.set(error, new Set([traces, traceId]));
  else {
    // The oldest is removed first. A trace that is recorded again becomes the newest.
    traces.delete(traceId);
    traces.add(traceId);
    if (traces.size > MAX_TRACES) for (const oldest of traces) return void traces.delete(oldest);
  }
}

/** The errors of requests whose client disconnected. */
const disconnects = new WeakSet<object>();

/** Remembers the error of a request whose client disconnected before the end of its body. */
export function rememberDisconnect(error: unknown): void {
  if (typeof error === 'object' && error !== null) disconnects.add(error);
}

/**
 * Returns whether an error means that the client disconnected: it is the error of its request, or is caused by it. The
 * work was then cancelled and has not failed. Never throws.
 */
export function isDisconnect(error: unknown): boolean {
  let current = error;
  for (let depth = 0; depth < MAX_CHAIN && typeof current === 'object' && current !== null; depth += 1) {
    if (disconnects.has(current)) return true;
    current = readField(current, 'cause');
  }
  return false;
}
