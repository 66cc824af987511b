import type { HandlerOptions } from '../config/options';
import { isFc2Response } from '../fc/context';
import type { FcCallback, FcContext } from '../fc/context';
import type { Fc2Request, Fc2Response } from '../fc/http-event';
import type { TriggerName } from '../fc/triggers/trigger';
import { defineHandler } from './entries';
import type { CreateHandlerOptions } from './entries';
import type { AcceptsEvent, EntryEvent, EntryEventOptions } from './entry-event';
import { FunctionInstance } from './function-instance';

/**
 * Delivers a result to FC: through `callback` if that is a function, otherwise by the returned promise. An error is
 * passed to the callback as the same object, unless FC could not format it.
 */
export function answer(result: Promise<unknown>, callback: unknown): Promise<unknown> | undefined {
  if (typeof callback !== 'function') return result;
  const respond = callback as FcCallback;
  // Not `.then().catch()`: an error of the callback itself is not an error of the handler.
  void result.then(
    (value) => respond(null, value),
    (error: unknown) => respond(answerable().answerableError(error)),
  );
  return undefined;
}

/** Loaded when FC passes a callback. */
function answerable(): typeof import('./answerable') {
  return require('./answerable') as typeof import('./answerable');
}

/**
 * A function for FC to call. Settles the returned promise, or calls the callback if FC passes one. FC 2.0 calls HTTP
 * functions with a request and a response instead of an event.
 */
export interface FcFunction {
  (event: unknown, context: FcContext): Promise<unknown>;
  (event: unknown, context: FcContext, callback: FcCallback): undefined;
  (request: Fc2Request, response: Fc2Response, context: FcContext): Promise<undefined>;
}

/** A lifecycle hook for FC to call. Settles the returned promise, or calls the callback if FC passes one. */
export interface FcHook {
  (context: FcContext): Promise<unknown>;
  (context: FcContext, callback: FcCallback): undefined;
}

/** The lifecycle hooks that `createHandler` returns. */
export interface FcHooks {
  /** For FC's `initializer`: constructs singletons and loads the SDK. Rejects if the handler cannot be constructed. */
  readonly initialize: FcHook;
  /** For FC 2.0's `preFreeze`: exports the remaining spans. Never rejects. */
  readonly preFreeze: FcHook;
  /** For FC's `preStop`: exports the remaining spans. Never rejects. */
  readonly preStop: FcHook;
}

/** The names of a class's methods. */
export type MethodNames<T> = {
  [K in keyof T]: T[K] extends (...args: never[]) => unknown ? K : never;
}[keyof T] &
  string;

/** The FC functions of the entries `E`, and the lifecycle hooks. */
export type FcHandlers<E extends string> = FcHooks & { readonly [K in Exclude<E, keyof FcHooks>]: FcFunction };

/**
 * The FC functions of a class whose entries are not named. A class with a method `handle` has the function `handler`.
 * Any other method is an entry only if it has `@Handler()`, which types cannot show, so its function is optional.
 */
export type FcHandlersOf<T> = FcHooks &
  (T extends { handle(...args: never[]): unknown }
    ? { readonly handler: FcFunction }
    : { readonly handler?: FcFunction }) & {
    readonly [K in Exclude<MethodNames<T>, keyof FcHooks | 'handler'>]?: FcFunction;
  };

/**
 * Creates the FC functions of a handler class. Export them from the module that the function's setting `handler` names.
 *
 * Each call decodes the event, extracts the caller's trace context, resolves the class in a child container and runs
 * the entry method in the invocation span. Spans are exported before the call settles: within `flushTimeoutMillis`
 * milliseconds (default 1000), and within the function's timeout. The call settles as the method does. For an HTTP
 * request, the value or error becomes a response in the format of the request, see the option `http`. If the invocation
 * is not sampled, the SDK is not loaded.
 *
 * @param handlerClass a class with a method `handle`, or with methods that are decorated with `@Handler()`
 * @param options see {@link HandlerOptions}; they take precedence over those of `@Handler`
 * @returns the FC functions by name, and the lifecycle hooks `initialize`, `preFreeze` and `preStop`
 * @throws FcTracedError `INVALID_TARGET`, `INVALID_OPTION`, `ENTRY_NOT_FOUND` or `ENTRY_NAME_TAKEN`. If the container
 *   cannot construct the class, the functions and `initialize` fail with `UNRESOLVABLE_DEPENDENCY` or
 *   `CAPTIVE_DEPENDENCY`.
 *
 * @example
 * ```ts
 * import { createHandler } from 'fc-traced';
 * class Hello {
 *   handle(event: { name: string }): string {
 *     return `Hello ${event.name}`;
 *   }
 * }
 * export const { handler, initialize, preFreeze, preStop } = createHandler(Hello);
 * ```
 */
export function createHandler<
  T extends object,
  const E extends MethodNames<T>,
  const N extends TriggerName | undefined = undefined,
  const F extends HandlerOptions['event'] = undefined,
>(
  handlerClass: abstract new (...args: never[]) => T & AcceptsEvent<E, EntryEvent<N, F>>,
  options: CreateHandlerOptions<E> & EntryEventOptions<N, F> & { readonly entries: readonly E[] },
): FcHandlers<E>;
export function createHandler<
  T extends object,
  const M extends MethodNames<T>,
  const N extends TriggerName | undefined = undefined,
  const F extends HandlerOptions['event'] = undefined,
>(
  handlerClass: abstract new (...args: never[]) => T & AcceptsEvent<M, EntryEvent<N, F>>,
  options: HandlerOptions & EntryEventOptions<N, F> & { readonly method: M; readonly entries?: undefined },
): FcHandlersOf<T> & FcHandlers<'handler'>;
export function createHandler<
  T extends object,
  const N extends TriggerName | undefined = undefined,
  const F extends HandlerOptions['event'] = undefined,
  const M extends string = 'handle',
>(
  handlerClass: abstract new (...args: never[]) => T & AcceptsEvent<M, EntryEvent<N, F>>,
  options?: HandlerOptions & EntryEventOptions<N, F, M> & { readonly entries?: undefined },
): FcHandlersOf<T>;
export function createHandler(handlerClass: unknown, options?: CreateHandlerOptions): object {
  const definition = defineHandler(handlerClass, options);
  const instance = new FunctionInstance(definition);
  const flush =
    (cause: 'preFreeze' | 'preStop') =>
    (_context: unknown, callback?: unknown): unknown =>
      answer(instance.flush(cause), callback);
  const functions: Record<string, unknown> = {
    initialize: (context: FcContext, callback?: unknown) => answer(instance.initialize(context), callback),
    preFreeze: flush('preFreeze'),
    preStop: flush('preStop'),
  };
  for (const [name, entry] of definition.entries) {
    functions[name] = (event: unknown, context: FcContext, callback?: unknown) => {
      // FC 2.0 calls an HTTP function with request, response and context.
      if (!isFc2Response(context)) {
        const format = typeof callback === 'function' ? answerable().answerableValue : undefined;
        return answer(instance.invoke(entry, event, context, format), callback);
      }
      const { respondFc2 } = require('./fc2-http') as typeof import('./fc2-http');
      return respondFc2(instance, entry, event as Fc2Request, context, callback as FcContext);
    };
  }
  return functions;
}
