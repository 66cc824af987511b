import { types } from 'node:util';
import type { FcContext } from '../fc/context';
import type { FcFunction } from '../handler/create-handler';
import { fakeFcContext } from './fake-fc-context';

/** Options of `invoke`. */
export interface InvokeOptions {
  /** Whether to pass a callback, as FC does on Node.js 16 and earlier. Default: false. */
  readonly callback?: boolean;
}

function toBytes(event: unknown): Buffer {
  if (types.isUint8Array(event)) return Buffer.from(event.buffer, event.byteOffset, event.byteLength);
  if (event === undefined) return Buffer.alloc(0);
  return Buffer.from(typeof event === 'string' ? event : JSON.stringify(event));
}

/**
 * Calls a function as FC does, and resolves or rejects with its result.
 *
 * @param handler the function to call
 * @param event the event, which is passed as bytes: an object as JSON, a string as UTF-8, bytes unchanged
 * @param context FC's context. Default: `fakeFcContext()`
 * @param options whether to use a callback
 *
 * @example
 * ```ts
 * import type { FcFunction } from 'fc-traced';
 * import { invoke } from 'fc-traced/testing';
 * export const ship = (handler: FcFunction): Promise<unknown> => invoke(handler, { order: 7 });
 * ```
 */
export function invoke(
  handler: FcFunction,
  event?: unknown,
  context: FcContext = fakeFcContext(),
  options: InvokeOptions = {},
): Promise<unknown> {
  if (options.callback !== true) return handler(toBytes(event), context);
  return new Promise((resolve, reject) => {
    handler(toBytes(event), context, (error, value) => (error ? reject(error) : resolve(value)));
  });
}
