import type { HandlerOptions } from '../config/options';
import { FcTracedError } from '../errors';
import type { FcCallback, FcContext } from '../fc/context';
import { isFc2Response } from '../fc/http-event';
import type { Fc2Request, Fc2Response } from '../fc/http-event';
import { defineHandler } from './entries';
import type { CreateHandlerOptions } from './entries';
import { FunctionInstance } from './function-instance';

/**
 * Gives an answer the way FC asked for it: through its callback, once, and then nothing is returned; else as a promise.
 *
 * An error is passed on as the very object. A callback takes `undefined` and its like for success, so these alone are wrapped
 * (FALSY_ERROR, the value as its `cause`).
 */
export function answer(result: Promise<unknown>, callback: unknown): Promise<unknown> | undefined {
  if (typeof callback !== 'function') return result;
  const respond = callback as FcCallback;
  // Not `.then().catch()`: what the callback itself throws is no error of the handler.
  void result.then(
    (value) => respond(null, value),
    (error: unknown) => respond(error ? error : asError(error)),
  );
  return undefined;
}

function asError(value: unknown): FcTracedError {
  return new FcTracedError(
    'FALSY_ERROR',
    `The handler failed with ${typeof value === 'string' ? 'an empty text' : String(value)} instead of an error: throw an Error.`,
    { cause: value },
  );
}

/** A function that FC calls with an event: answers through the callback when FC passes one, else by the promise. FC 2.0 calls its HTTP functions with request and response. */
export interface FcFunction {
  (event: unknown, context: FcContext): Promise<unknown>;
  (event: unknown, context: FcContext, callback: FcCallback): undefined;
  (request: Fc2Request, response: Fc2Response, context: FcContext): Promise<undefined>;
}

/** A lifecycle hook that FC calls without an event. */
export interface FcHook {
  (context: FcContext): Promise<unknown>;
  (context: FcContext, callback: FcCallback): undefined;
}

/** The lifecycle hooks, under names to be exported. */
export interface FcHooks {
  /** For FC's `initializer`: builds the container and loads what tracing needs. */
  readonly initialize: FcHook;
  /** For FC 2.0's `preFreeze`: delivers what is left. */
  readonly preFreeze: FcHook;
  /** For FC's `preStop`: delivers what is left. */
  readonly preStop: FcHook;
}

/** Names of a class's methods. */
export type MethodNames<T> = {
  [K in keyof T]: T[K] extends (...args: never[]) => unknown ? K : never;
}[keyof T] &
  string;

/** The functions of the entries `E`, and the lifecycle hooks. */
export type FcHandlers<E extends string> = FcHooks & { readonly [K in Exclude<E, keyof FcHooks>]: FcFunction };

/**
 * What is known of a class whose entries are not named: a method `handle` makes `handler`. Any other method is an entry only if it carries
 * `@Handler()`, which its type does not show.
 */
export type FcHandlersOf<T> = FcHooks &
  (T extends { handle(...args: never[]): unknown }
    ? { readonly handler: FcFunction }
    : { readonly handler?: FcFunction }) & {
    readonly [K in Exclude<MethodNames<T>, keyof FcHooks | 'handler'>]?: FcFunction;
  };

/**
 * Makes the functions that FC calls out of a handler class: export them from the module that the function's `handler` names.
 *
 * Each call decodes the event, finds the caller's trace, resolves the class in a container of its own, runs the entry method
 * inside the invocation span and delivers the trace before it answers: within `flushTimeoutMillis` milliseconds (default 1000), and
 * never beyond the function's timeout. What the method returns or throws is what FC gets; for an HTTP request it becomes a response, of the
 * form in which the request came. Where nothing is recorded, no SDK is loaded.
 *
 * @param handlerClass a class with a method `handle`, or with methods that carry `@Handler()`
 * @param options see {@link HandlerOptions}; they count before those of `@Handler`
 * @throws FcTracedError at once: `INVALID_TARGET`, `INVALID_OPTION`, `ENTRY_NOT_FOUND`, `ENTRY_NAME_TAKEN`. The functions answer with
 *   `UNRESOLVABLE_DEPENDENCY` or `CAPTIVE_DEPENDENCY` when the container cannot build the class.
 *
 * @example
 * ```ts
 * import { createHandler, Handler } from 'fc-traced';
 * \@Handler()
 * class Hello {
 *   handle(event: { name: string }): string {
 *     return `Hello ${event.name}`;
 *   }
 * }
 * export const { handler, initialize, preFreeze, preStop } = createHandler(Hello);
 * ```
 */
export function createHandler<T extends object, const E extends MethodNames<T>>(
  handlerClass: abstract new (...args: never[]) => T,
  options: CreateHandlerOptions<E> & { readonly entries: readonly E[] },
): FcHandlers<E>;
export function createHandler<T extends object, const M extends MethodNames<T>>(
  handlerClass: abstract new (...args: never[]) => T,
  options: HandlerOptions & { readonly method: M; readonly entries?: undefined },
): FcHandlersOf<T> & FcHandlers<'handler'>;
export function createHandler<T extends object>(
  handlerClass: abstract new (...args: never[]) => T,
  options?: HandlerOptions & { readonly entries?: undefined },
): FcHandlersOf<T>;
export function createHandler(handlerClass: unknown, options?: CreateHandlerOptions): object {
  const definition = defineHandler(handlerClass, options);
  const instance = new FunctionInstance(definition);
  const flush = (_context: unknown, callback?: unknown): unknown => answer(instance.flush(), callback);
  const functions: Record<string, unknown> = {
    initialize: (context: FcContext, callback?: unknown) => answer(instance.initialize(context), callback),
    preFreeze: flush,
    preStop: flush,
  };
  for (const [name, entry] of definition.entries) {
    functions[name] = (event: unknown, context: FcContext, callback?: unknown) => {
      // The second argument of FC 2.0's HTTP functions is the response; the context is the third.
      if (!isFc2Response(context)) return answer(instance.invoke(entry, event, context), callback);
      const { respondFc2 } = require('./fc2-http') as typeof import('./fc2-http');
      return respondFc2(instance, entry, event as Fc2Request, context, callback as FcContext);
    };
  }
  return functions;
}
