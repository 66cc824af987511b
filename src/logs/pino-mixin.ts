import { logFields, missingFields } from './log-fields';
import type { LogFields } from './log-fields';

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
