import { isSpanContextValid } from '@opentelemetry/api';
import { activeContext } from '../tracing/context/active-context';
import { invocationIn, spanIn } from '../tracing/context/linked-context';

/** Ids for a log line. A type alias, so that it can be passed where any record is taken. */
export type LogFields = {
  /** Trace id: 32 hex digits. */
  trace_id?: string;
  /** Id of the span that is active: 16 hex digits. */
  span_id?: string;
  /** Trace flags, two hex digits: `01` when the trace is sampled, `00` when it is not. */
  trace_flags?: string;
  /** FC's id of the request. */
  request_id?: string;
};

/** The fields in the order in which a line shows them. */
export const LOG_KEYS = ['trace_id', 'span_id', 'trace_flags', 'request_id'] as const;

/**
 * The ids that a log line of this place carries: of the span that is active where it is called, and of the running invocation. A new
 * object each time; a field that is not known is left out, so outside of any span and invocation it is `{}`.
 *
 * An invocation that is not recorded has ids too, those that are passed on to whom it calls; `trace_flags` tells. Never throws. Names
 * and forms are OpenTelemetry's for
 * [logs that are not OTLP](https://opentelemetry.io/docs/specs/otel/compatibility/logging_trace_context/); `request_id` is ours.
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
    // A span or a context of others that throws costs ids, not the line.
  }
  return fields;
}

/** Those of `fields` that none of `given` has itself; beside a trace id of its own, none that tells of another trace. */
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
 * Gives pino's lines the ids of the place they are logged at, see {@link logFields}: pino's option `mixin`. What the program says in a line, or
 * in the bindings of a child logger, is kept, and counts. Never throws. Also to be called in a mixin of one's own.
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
    // pino would write a key of a child logger's bindings a second time.
    return fields.trace_id === undefined && fields.request_id === undefined
      ? fields
      : missingFields(fields, line, logger?.bindings?.() ?? {});
  } catch {
    return fields;
  }
}

/** A format as winston takes one. */
export interface WinstonFormat {
  transform<T extends object>(info: T): T;
}

/** Where a line keeps the ids of the place it was logged at until it is formatted. */
const LOGGED_AT = Symbol('fc-traced log fields');

/**
 * A format of winston that gives lines the ids of the place they are logged at, see {@link logFields}. What the program says in a line is
 * kept. Never throws.
 *
 * Winston formats a line later, and in any invocation, when its transports are slower than the lines come: {@link winstonMeta} keeps the
 * ids until then. Use both.
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
  /** What was put into a line: a program can log the same object again. */
  const written = new WeakMap<object, LogFields>();
  return {
    transform<T extends object>(info: T): T {
      try {
        for (const [key, value] of Object.entries(written.get(info) ?? {})) {
          if (Reflect.get(info, key) === value) Reflect.deleteProperty(info, key);
        }
        const missing = missingFields(takeLoggedAt(info) ?? logFields(), info);
        Object.assign(info, missing);
        written.set(info, missing);
      } catch {
        // A line that cannot be changed goes on as it is.
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
 * For winston's `defaultMeta`: `meta`, and the ids of the place that a line is logged at, for {@link winstonFormat} to show. Hand it over as it
 * is: in a copy of it, the ids would be those of the place where it was copied.
 *
 * @param meta what every line is to say
 *
 * @example
 * ```ts
 * import { winstonMeta } from 'fc-traced';
 * export const options = { defaultMeta: winstonMeta({ service: 'orders' }) };
 * ```
 */
export function winstonMeta<T extends object>(meta: T = {} as T): T {
  const kept = { ...meta };
  // Winston copies what is enumerable, symbols too, at the moment of the call.
  Object.defineProperty(kept, LOGGED_AT, { enumerable: true, get: logFields });
  return kept;
}
