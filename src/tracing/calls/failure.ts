import { SpanStatusCode } from '@opentelemetry/api';
import type { Context, Span } from '@opentelemetry/api';
import { registeredLoggerProvider } from '../../api-registry';
import { countError } from '../../diagnostics';
import { readField, readText } from '../../safe-access';
import { ATTR_ERROR_TYPE, ATTR_EXCEPTION_MESSAGE, ATTR_EXCEPTION_STACKTRACE, ATTR_EXCEPTION_TYPE } from '../../semconv';
import { redactText } from '../redaction/secrets';
import { state } from '../telemetry/state';

/** An error as a span shows it, without secrets. */
export interface ErrorDescription {
  readonly type: string;
  readonly message: string;
  /** The stack, with those of its causes and of the errors it gathers. */
  readonly stack?: string;
}

const MAX_CHAIN = 8;
const MAX_STACK = 16_384;
const MAX_MESSAGE = 4_096;

/** Whether a thrown value can carry properties. */
export function isObject(value: unknown): value is object {
  return (typeof value === 'object' && value !== null) || typeof value === 'function';
}

function typeOf(error: unknown): string {
  if (!isObject(error)) return error === null ? 'null' : typeof error;
  const made = readField(error, 'constructor');
  return readText(error, 'name') ?? (typeof made === 'function' ? readText(made, 'name') : undefined) ?? 'Error';
}

function messageOf(error: unknown): string {
  return isObject(error) ? (readText(error, 'message') ?? '') : String(error);
}

/** The first errors of an AggregateError. */
function gatheredIn(error: object): unknown[] {
  try {
    const errors = readField(error, 'errors');
    return Array.isArray(errors) ? errors.slice(0, MAX_CHAIN) : [];
  } catch {
    // An array, or a proxy of one, whose members throw when they are read.
    return [];
  }
}

/**
 * Whether an error says that the stack is at its end. Its own stack is not read there: a program may have replaced how stacks are
 * formatted, by source maps say, and V8 ends a process that compiles a regular expression with no stack left.
 */
function isOverflow(error: object): boolean {
  return messageOf(error) === 'Maximum call stack size exceeded';
}

/** The stack of an error and of what is behind it: `cause`, and the `errors` of an AggregateError; each once, up to a number. */
function chainOf(error: unknown, heading: string, seen: Set<unknown>): string[] {
  if (seen.size >= MAX_CHAIN || seen.has(error)) return [];
  seen.add(error);
  const stack =
    (isObject(error) && !isOverflow(error) ? readText(error, 'stack') : undefined) ??
    (heading === '' ? undefined : `${typeOf(error)}: ${messageOf(error)}`);
  const lines = stack === undefined ? [] : [heading + stack];
  if (!isObject(error)) return lines;
  gatheredIn(error).forEach((inner, index) => lines.push(...chainOf(inner, `[errors ${index}]: `, seen)));
  const cause = readField(error, 'cause');
  return cause === undefined ? lines : [...lines, ...chainOf(cause, 'Caused by: ', seen)];
}

/** Describes anything that can be thrown. Never throws. */
export function describeError(error: unknown): ErrorDescription {
  const stack = redactText(chainOf(error, '', new Set()).join('\n')).slice(0, MAX_STACK);
  const message = redactText(messageOf(error));
  return {
    type: redactText(typeOf(error)),
    message: message.length <= MAX_MESSAGE ? message : `${message.slice(0, MAX_MESSAGE)}…`,
    ...(stack !== '' && { stack }),
  };
}

const ERROR_SEVERITY = 17;

/**
 * Records an exception: as an event of the span, or, with the switch `OTEL_SEMCONV_EXCEPTION_SIGNAL_OPT_IN` at `logs`, as a log record
 * in the span's context, or as both at `logs/dup`. Where no logger provider is registered it is an event in any case.
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

/** Says whether a logger took the record: the event stands in where none did. */
function emitLog(context: Context | undefined, { type, message, stack }: ErrorDescription): boolean {
  try {
    const provider = registeredLoggerProvider();
    if (provider === undefined) return false;
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
    countError('the registered logger provider threw; an exception became an event of its span');
    return false;
  }
}

function signalIn(value: unknown): AbortSignal | undefined {
  if (value instanceof AbortSignal) return value;
  if (typeof value !== 'object' || value === null) return undefined;
  const signal: unknown = Reflect.getOwnPropertyDescriptor(value, 'signal')?.value;
  return signal instanceof AbortSignal ? signal : undefined;
}

/** Whether an error says that the caller called the work off: the reason of an aborted signal among the arguments, or an AbortError while one is aborted. */
export function isCancellation(error: unknown, args: ArrayLike<unknown>): boolean {
  try {
    const signal = Array.from(args, signalIn).find((found) => found?.aborted === true);
    if (signal === undefined) return false;
    if (error === signal.reason) return true;
    // Not by its class: an AbortError may come from another realm.
    return (
      typeof error === 'object' &&
      error !== null &&
      (Reflect.get(error, 'name') === 'AbortError' || Reflect.get(error, 'cause') === signal.reason)
    );
  } catch {
    return false;
  }
}

/** In which trace an error was recorded already. */
const recordedIn = new WeakMap<object, string>();
/** The primitive that a span's child failed with: `throw 'text'` cannot be marked, so the way out is marked instead. */
const passedUp = new WeakMap<Span, { readonly error: unknown }>();

/**
 * Marks a span as failed. The error itself is recorded only on the first, so innermost, span of a trace that it passes; the
 * spans around it get the status alone. Takes anything that can be thrown; never throws.
 */
export function recordFailure(span: Span, error: unknown, parent: Span | undefined, context?: Context): void {
  try {
    const description = describeError(error);
    if (!isRecorded(span, error)) recordException(span, context, description);
    remember(span, error, parent);
    span.setAttribute(ATTR_ERROR_TYPE, description.type);
    span.setStatus({ code: SpanStatusCode.ERROR, message: description.message });
  } catch {
    // A span that cannot take an error must not replace it.
  }
}

function isRecorded(span: Span, error: unknown): boolean {
  if (isObject(error)) return recordedIn.get(error) === span.spanContext().traceId;
  const passed = passedUp.get(span);
  return passed !== undefined && Object.is(passed.error, error);
}

function remember(span: Span, error: unknown, parent: Span | undefined): void {
  const { traceId } = span.spanContext();
  if (isObject(error)) recordedIn.set(error, traceId);
  else if (parent !== undefined && parent.spanContext().traceId === traceId) passedUp.set(parent, { error });
}
