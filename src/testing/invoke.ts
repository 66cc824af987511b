import type { FcContext } from '../fc/context';
import type { FcFunction } from '../handler/create-handler';
import { fakeFcContext } from './fake-fc-context';

/** How a test calls a function. */
export interface InvokeOptions {
  /** Call as Node.js ≤ 16 on FC does, with a callback for the answer. Default: false. */
  readonly callback?: boolean;
}

function toBytes(event: unknown): Buffer {
  if (event instanceof Uint8Array) return Buffer.from(event.buffer, event.byteOffset, event.byteLength);
  if (event === undefined) return Buffer.alloc(0);
  return Buffer.from(typeof event === 'string' ? event : JSON.stringify(event));
}

/**
 * Calls a function as FC does: with the event as bytes (an object becomes JSON, a text its UTF-8, bytes stay) and a context,
 * by default `fakeFcContext()`. Resolves to what it answers; rejects with what it fails with.
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
