import { types } from 'node:util';
import { check, checkOptions, describeValue } from '../config/check-options';
import type { FcContext } from '../fc/context';
import type { FcFunction } from '../handler/create-handler';
import { invalidArgument } from './check-arguments';
import { fakeFcContext } from './fake-fc-context';

/** Options of `invoke`. */
export interface InvokeOptions {
  /** Whether to pass a callback, as FC does on Node.js 16 and earlier. Default: false. */
  readonly callback?: boolean;
}

function toBytes(event: unknown): Buffer {
  if (types.isUint8Array(event)) return Buffer.from(event.buffer, event.byteOffset, event.byteLength);
  if (event === undefined) return Buffer.alloc(0);
  if (typeof event === 'string') return Buffer.from(event);
  const problem = 'invoke takes an event that FC can pass: bytes, a string, or a value that can be encoded as JSON';
  let json: string | undefined;
  try {
    json = JSON.stringify(event) as string | undefined;
  } catch (error) {
    throw invalidArgument(`${problem}; ${String(error)}`, error);
  }
  if (json === undefined) throw invalidArgument(`${problem}, not ${describeValue(event)}`);
  return Buffer.from(json);
}

function checkArguments(handler: unknown, context: unknown, options: unknown): void {
  if (typeof handler !== 'function') {
    throw invalidArgument(
      `invoke takes a function that createHandler returned, not ${handler === undefined ? 'undefined: check that createHandler returns a function with that name' : describeValue(handler)}`,
    );
  }
  if (typeof context !== 'object' || context === null) {
    throw invalidArgument(`invoke takes FC's context, such as fakeFcContext(), not ${describeValue(context)}`);
  }
  checkOptions(options, 'invoke', { callback: check.boolean });
}

/**
 * Calls a function as FC does, and resolves or rejects with its result.
 *
 * @param handler the function to call
 * @param event the event, which is passed as bytes: an object as JSON, a string as UTF-8, bytes unchanged
 * @param context FC's context. Default: `fakeFcContext()`
 * @param options whether to use a callback
 * @throws FcTracedError rejects with `INVALID_TARGET` if `handler` is not a function, `context` is not an object, or
 *   `event` cannot be encoded; with `INVALID_OPTION` for an unknown option or an invalid value
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
  let bytes: Buffer;
  try {
    checkArguments(handler, context, options);
    bytes = toBytes(event);
  } catch (error) {
    return Promise.reject(error);
  }
  if (options.callback !== true) return handler(bytes, context);
  return new Promise((resolve, reject) => {
    handler(bytes, context, (error, value) => (error ? reject(error) : resolve(value)));
  });
}
