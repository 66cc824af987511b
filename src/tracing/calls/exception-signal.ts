import type { Context, Span } from '@opentelemetry/api';
import { countAndTell } from '../../diagnostics';
import type { ErrorDescription } from './error-description';
import { state } from '../telemetry/state';

/** Where the API of OpenTelemetry's logs keeps the provider that the application registered. */
const LOGS_API = Symbol.for('io.opentelemetry.js.api.logs');
const ERROR_SEVERITY = 17;

interface LoggerProvider {
  getLogger(name: string): { emit(record: Record<string, unknown>): void };
}

function loggerProvider(): LoggerProvider | undefined {
  const make = Reflect.get(globalThis, LOGS_API) as ((version: number) => LoggerProvider) | undefined;
  return typeof make === 'function' ? make(1) : undefined;
}

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
    const provider = loggerProvider();
    if (provider === undefined) return false;
    const attributes = {
      'exception.type': type,
      'exception.message': message,
      ...(stack !== undefined && { 'exception.stacktrace': stack }),
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
    countAndTell(
      'fc_traced.telemetry_errors',
      1,
      'the registered logger provider threw; an exception became an event of its span',
    );
    return false;
  }
}
