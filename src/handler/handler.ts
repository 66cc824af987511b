import { checkOptions } from '../config/check-options';
import { HANDLER_CHECKS } from '../config/options';
import type { HandlerOptions } from '../config/options';
import { makeInjectable } from '../container/service';
import { recordEntry, recordHandler } from '../decorators/metadata';
import type { Constructor, EntryOptions } from '../decorators/metadata';
import { FcTracedError } from '../errors';
import type { TriggerName } from '../fc/triggers/trigger';
import type { AnyMethod } from '../tracing/calls/traced-options';
import type { AcceptsEvent, EntryEvent, EntryEventOptions } from './entry-event';

/**
 * The decorator that `@Handler` returns: for a class or a method, as a legacy or a standard decorator. The entry method
 * `M` of the class must accept the event `E`, if the options determine it.
 */
export interface HandlerDecorator<E = never, M extends string = 'handle'> {
  (target: abstract new (...args: never[]) => AcceptsEvent<M, E>, context?: ClassDecoratorContext): void;
  (value: AnyMethod, context: ClassMethodDecoratorContext): void;
  (target: object, key: PropertyKey, descriptor: PropertyDescriptor): void;
}

function entryOptions(options: HandlerOptions, where: string): EntryOptions {
  const unknown = Object.keys(options).find((key) => key !== 'name');
  if (unknown !== undefined) {
    throw new FcTracedError(
      'INVALID_OPTION',
      `${where} accepts only the option "name": put "${unknown}" on the @Handler of the class.`,
    );
  }
  return options;
}

function decorateMethod(
  options: HandlerOptions,
  method: unknown,
  key: PropertyKey,
  target: object | undefined,
  isStatic: boolean,
): void {
  const where = `@Handler on the method ${String(key)}`;
  if (typeof method !== 'function' || typeof key !== 'string' || key.startsWith('#') || isStatic) {
    throw new FcTracedError(
      'INVALID_TARGET',
      `@Handler on ${String(key)} must decorate a class or a public instance method.`,
    );
  }
  recordEntry(entryOptions(options, where), method, target === undefined ? undefined : { target, key });
}

/**
 * Declares a class as the handler of an FC function and registers it with tsyringe. On a method, declares that method
 * as an entry. A class can have several entries: `createHandler` returns one FC function for each.
 *
 * Options of `createHandler` take precedence over these.
 *
 * @param options see {@link HandlerOptions}; on a method only `name`, the name of the invocation span
 * @throws FcTracedError when the class is defined: `INVALID_OPTION` for an unknown option or an invalid value,
 *   `INVALID_TARGET` on anything but a class or a public instance method
 *
 * @example
 * ```ts
 * import { createHandler, Handler } from 'fc-traced';
 * ;@Handler()
 * class Hello {
 *   handle(event: { name: string }): string {
 *     return `Hello ${event.name}`;
 *   }
 * }
 * export const { handler, initialize, preStop } = createHandler(Hello);
 * ```
 */
export function Handler<
  const N extends TriggerName | undefined = undefined,
  const F extends HandlerOptions['event'] = undefined,
  const M extends string = 'handle',
>(options?: HandlerOptions & EntryEventOptions<N, F, M>): HandlerDecorator<EntryEvent<N, F>, M> {
  if (arguments.length > 1 || typeof options === 'function') {
    throw new FcTracedError('INVALID_OPTION', '@Handler needs its parentheses: @Handler().');
  }
  const checked = checkOptions<HandlerOptions>(options, '@Handler', HANDLER_CHECKS);
  return (...[target, second, descriptor]: readonly [unknown, unknown?, unknown?]): void => {
    if (typeof second === 'object' && second !== null && 'kind' in second) {
      const context = second as ClassDecoratorContext | ClassMethodDecoratorContext;
      if (context.kind !== 'class') {
        return decorateMethod(
          checked,
          context.kind === 'method' ? target : undefined,
          context.name,
          undefined,
          context.static,
        );
      }
    } else if (second !== undefined || typeof descriptor === 'number') {
      return decorateMethod(
        checked,
        (descriptor as PropertyDescriptor | undefined)?.value,
        (second as PropertyKey | undefined) ?? 'a constructor parameter',
        target as object,
        typeof target === 'function',
      );
    }
    makeInjectable(target as Constructor, checked.inject, '@Handler');
    recordHandler(checked, target as object);
  };
}
