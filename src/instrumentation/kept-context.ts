import { context } from '@opentelemetry/api';
import { EventEmitter } from 'node:events';
import { likeMethod } from '../replace-method';
import type { Method } from '../replace-method';

/** Marks what was wrapped here, so that it is wrapped once. */
const KEEPS = Symbol('fc-traced keeps context');

function bound(value: unknown): unknown {
  return typeof value === 'function' || value instanceof EventEmitter ? context.bind(context.active(), value) : value;
}

/** The object in the prototype chain of a class, as a module exports it, that has a method of this name; nothing where there is none. */
export function ownerOf(exported: unknown, method: string | symbol): object | undefined {
  let owner: unknown = typeof exported === 'function' ? exported.prototype : undefined;
  while (typeof owner === 'object' && owner !== null && !Object.hasOwn(owner, method)) {
    owner = Object.getPrototypeOf(owner);
  }
  return typeof owner === 'object' && owner !== null ? owner : undefined;
}

/** Replaces a method, once, by what `wrap` makes of it. */
export function replaceOnce(
  owner: object | undefined,
  name: string | symbol,
  wrap: (method: (...args: unknown[]) => unknown) => (...args: never[]) => unknown,
): void {
  const property = owner && Object.getOwnPropertyDescriptor(owner, name);
  const method: unknown = property?.value;
  if (owner === undefined || typeof method !== 'function' || KEEPS in method) return;
  const replacement = likeMethod(wrap(method as (...args: unknown[]) => unknown), method as Method);
  Object.defineProperty(replacement, KEEPS, { value: true });
  Object.defineProperty(owner, name, { ...property, value: replacement });
}

/**
 * Has a method of a class call back, and emit, in the context that it was called in.
 *
 * A pool calls back when some other invocation gives a connection back, and a connection speaks in the context in which it was
 * made: without this, the query of one invocation would be a span in the trace of another.
 */
export function keepContextOf(exported: unknown, ...names: readonly string[]): void {
  for (const name of names) {
    replaceOnce(
      ownerOf(exported, name),
      name,
      (method) =>
        function (this: unknown, ...args: unknown[]): unknown {
          const hasCallback = args.some((arg) => typeof arg === 'function');
          const result = method.apply(
            this,
            args.map((arg) => (typeof arg === 'function' ? bound(arg) : arg)),
          );
          return hasCallback ? result : bound(result);
        },
    );
  }
}
