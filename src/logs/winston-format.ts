import { logFields, missingFields } from './log-fields';
import type { LogFields } from './log-fields';

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
