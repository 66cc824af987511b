import { context } from '@opentelemetry/api';
import { EventEmitter } from 'node:events';
import { likeMethod } from '../replace-method';
import type { Method } from '../replace-method';

/** Marks methods that were replaced here, also by another copy of fc-traced, so that each is replaced once. */
const IS_REPLACED = Symbol.for('fc-traced replaced method');

/** The prototype in the chain of an exported class that has this method itself, or `undefined`. */
export function ownerOf(exported: unknown, method: string | symbol): object | undefined {
  let owner: unknown = typeof exported === 'function' ? exported.prototype : undefined;
  while (typeof owner === 'object' && owner !== null && !Object.hasOwn(owner, method)) {
    owner = Object.getPrototypeOf(owner);
  }
  return typeof owner === 'object' && owner !== null ? owner : undefined;
}

/** Replaces a method, once, with the result of `wrap`. Returns false if `owner` has no such method itself. */
export function replaceOnce(
  owner: object | undefined,
  name: string | symbol,
  wrap: (method: (...args: unknown[]) => unknown) => (...args: never[]) => unknown,
): boolean {
  const property = owner && Object.getOwnPropertyDescriptor(owner, name);
  const method: unknown = property?.value;
  if (owner === undefined || typeof method !== 'function') return false;
  if (IS_REPLACED in method) return true;
  const replacement = likeMethod(wrap(method as (...args: unknown[]) => unknown), method as Method);
  Object.defineProperty(replacement, IS_REPLACED, { value: true });
  Object.defineProperty(owner, name, { ...property, value: replacement });
  return true;
}

function bind(value: unknown): unknown {
  return typeof value === 'function' || value instanceof EventEmitter ? context.bind(context.active(), value) : value;
}

/**
 * Makes methods of an exported class call back, or emit events, in the context in which they were called. Throws if the
 * class lacks one of them.
 *
 * Otherwise a pool calls back in the context that returned a connection, and a connection emits events in the context
 * that opened it, so a query of one invocation would be a span in the trace of another.
 */
export function bindCallbacks(exported: unknown, ...names: readonly string[]): void {
  for (const name of names) {
    const isReplaced = replaceOnce(
      ownerOf(exported, name),
      name,
      (method) =>
        function (this: unknown, ...args: unknown[]): unknown {
          const hasCallback = args.some((arg) => typeof arg === 'function');
          const result = method.apply(
            this,
            args.map((arg) => (typeof arg === 'function' ? bind(arg) : arg)),
          );
          return hasCallback ? result : bind(result);
        },
    );
    if (!isReplaced) throw new TypeError(`the class has no method ${name}`);
  }
}
