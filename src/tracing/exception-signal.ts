import type { Context, Span } from '@opentelemetry/api';
import type { ErrorDescription } from './error-description';
import { state } from './state';

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
export function recordException(span: Span, context: Context | undefined, { type, message, stack }: ErrorDescription): void {
  const provider = state.exceptionSignal === 'events' ? undefined : loggerProvider();
  if (provider !== undefined) {
    const attributes = { 'exception.type': type, 'exception.message': message, ...(stack !== undefined && { 'exception.stacktrace': stack }) };
    provider.getLogger('fc-traced').emit({ eventName: 'exception', severityNumber: ERROR_SEVERITY, severityText: 'ERROR', attributes, ...(context && { context }) });
    if (state.exceptionSignal === 'logs') return;
  }
  span.recordException({ name: type, message, ...(stack !== undefined && { stack }) });
}
