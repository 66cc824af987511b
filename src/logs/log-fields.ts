import { isSpanContextValid } from '@opentelemetry/api';
import { activeContext } from '../tracing/context/active-context';
import { invocationIn, spanIn } from '../tracing/context/linked-context';

/** Trace correlation fields of a log line. A type alias, so that it is assignable to `Record<string, unknown>`. */
export type LogFields = {
  /** Trace id: 32 hex digits. */
  trace_id?: string;
  /** Id of the active span: 16 hex digits. */
  span_id?: string;
  /** Trace flags as two hex digits: `01` if the trace is sampled, `00` if it is not. */
  trace_flags?: string;
  /** FC's request id. */
  request_id?: string;
};

/** The fields in the order in which a line shows them. */
export const LOG_KEYS = ['trace_id', 'span_id', 'trace_flags', 'request_id'] as const;

/**
 * Returns the trace correlation fields for a log line: the ids of the active span and the request id of the running
 * invocation. Each call returns a new object. Unknown fields are omitted, so the result is `{}` outside of any span and
 * invocation. Never throws.
 *
 * An invocation that is not recorded has ids too: those that it propagates. `trace_flags` says whether the trace is
 * sampled. `trace_id`, `span_id` and `trace_flags` have the names and formats that OpenTelemetry specifies.
 *
 * Specification: https://opentelemetry.io/docs/specs/otel/compatibility/logging_trace_context/
 *
 * @example
 * ```ts
 * import { logFields } from 'fc-traced';
 * export function shipped(order: string): void {
 *   process.stdout.write(`${JSON.stringify({ message: 'shipped', order, ...logFields() })}\n`);
 * }
 * ```
 */
export function logFields(): LogFields {
  const fields: LogFields = {};
  try {
    const context = activeContext();
    const span = spanIn(context)?.spanContext();
    if (span !== undefined && isSpanContextValid(span)) {
      fields.trace_id = span.traceId;
      fields.span_id = span.spanId;
      fields.trace_flags = (span.traceFlags & 0xff).toString(16).padStart(2, '0');
    }
    const requestId: unknown = invocationIn(context)?.context.requestId;
    if (typeof requestId === 'string' && requestId !== '') fields.request_id = requestId;
  } catch {
    // If a span or context throws, the line is logged without ids.
  }
  return fields;
}

/**
 * Returns the fields that none of the `given` objects has. If one of them names another trace in `trace_id`, only
 * `request_id` is returned.
 */
export function missingFields(fields: LogFields, ...given: readonly object[]): LogFields {
  const isOtherTrace = given.some(
    (object) => Object.hasOwn(object, 'trace_id') && Reflect.get(object, 'trace_id') !== fields.trace_id,
  );
  const missing: LogFields = {};
  for (const key of LOG_KEYS) {
    const value = fields[key];
    if (
      value === undefined ||
      (isOtherTrace && key !== 'request_id') ||
      given.some((object) => Object.hasOwn(object, key))
    ) {
      continue;
    }
    missing[key] = value;
  }
  return missing;
}

/**
 * Adds {@link logFields} to the lines of a pino logger: pass it as pino's option `mixin`, or call it in your own mixin.
 * Fields that the line or the bindings of a child logger already have take precedence. Never throws.
 *
 * @example
 * ```ts
 * import { pinoMixin } from 'fc-traced';
 * import pino from 'pino';
 * export const logger = pino({ mixin: pinoMixin });
 * ```
 */
export function pinoMixin(line: object = {}, _level?: number, logger?: { bindings?(): object }): LogFields {
  const fields = logFields();
  try {
    // pino would print a key of the bindings twice.
    return fields.trace_id === undefined && fields.request_id === undefined
      ? fields
      : missingFields(fields, line, logger?.bindings?.() ?? {});
  } catch {
    return fields;
  }
}

/** A winston format. */
export interface WinstonFormat {
  transform<T extends object>(info: T): T;
}

/** The key under which {@link winstonMeta} stores the fields of a line until the line is formatted. */
const LOGGED_AT = Symbol('fc-traced log fields');

/**
 * Creates a winston format that adds {@link logFields} to each line. Fields that the line already has take precedence.
 * The format never throws.
 *
 * Use it together with {@link winstonMeta}: if a transport is slow, winston formats a line later, while another
 * invocation may be running. `winstonMeta` captures the ids when the line is logged.
 *
 * @example
 * ```ts
 * import { winstonFormat, winstonMeta } from 'fc-traced';
 * import { createLogger, format, transports } from 'winston';
 * export const logger = createLogger({
 *   defaultMeta: winstonMeta({ service: 'orders' }),
 *   format: format.combine(winstonFormat(), format.json()),
 *   transports: [new transports.Console()],
 * });
 * ```
 */
export function winstonFormat(): WinstonFormat {
  /** The fields that were added to each object, because a program can log the same object again. */
  const added = new WeakMap<object, LogFields>();
  return {
    transform<T extends object>(info: T): T {
      try {
        for (const [key, value] of Object.entries(added.get(info) ?? {})) {
          if (Reflect.get(info, key) === value) Reflect.deleteProperty(info, key);
        }
        const missing = missingFields(takeLoggedAt(info) ?? logFields(), info);
        Object.assign(info, missing);
        added.set(info, missing);
      } catch {
        // A line that cannot be changed, for example a frozen object, stays as it is.
      }
      return info;
    },
  };
}

function takeLoggedAt(info: object): LogFields | undefined {
  const fields = Reflect.get(info, LOGGED_AT) as LogFields | undefined;
  Reflect.deleteProperty(info, LOGGED_AT);
  return fields;
}

/**
 * Returns a value for winston's `defaultMeta`: the properties of `meta`, and the ids at the time a line is logged, for
 * {@link winstonFormat} to print. Do not copy or spread the result: a copy keeps the ids of the time it was made.
 *
 * @param meta your own default metadata. Default: none.
 *
 * @example
 * ```ts
 * import { winstonMeta } from 'fc-traced';
 * export const options = { defaultMeta: winstonMeta({ service: 'orders' }) };
 * ```
 */
export function winstonMeta<T extends object>(meta: T = {} as T): T {
  const copy = { ...meta };
  // When a line is logged, winston copies the enumerable properties, including symbols, which calls the getter.
  Object.defineProperty(copy, LOGGED_AT, { enumerable: true, get: logFields });
  return copy;
}
