import { checkOptions } from '../config/options';
import type { HandlerOptions } from '../config/options';
import { makeInjectable } from '../container/service';
import { getTracedMetadata, recordEntry, recordHandler } from '../decorators/metadata';
import type { Constructor, EntryOptions } from '../decorators/metadata';
import type { AnyMethod } from '../decorators/traced-options';
import { FcTracedError } from '../errors';

/** `@Handler` with legacy and standard decorators, on a class and on a method. */
export interface HandlerDecorator {
  (target: Constructor, context?: ClassDecoratorContext): void;
  (value: AnyMethod, context: ClassMethodDecoratorContext): void;
  (target: object, key: PropertyKey, descriptor: PropertyDescriptor): void;
}

function entryOptions(options: HandlerOptions, where: string): EntryOptions {
  const unknown = Object.keys(options).find((key) => key !== 'name');
  if (unknown !== undefined) {
    throw new FcTracedError(
      'INVALID_OPTION',
      `${where} takes the option "name" alone; "${unknown}" belongs to @Handler on the class.`,
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
      `@Handler on ${String(key)} must stand on a class or on a public instance method.`,
    );
  }
  recordEntry(entryOptions(options, where), method, target === undefined ? undefined : { target, key });
}

/**
 * Makes a class the handler of an FC function, and registers it with tsyringe. On a method, makes that method an entry: a class
 * may have several, and `createHandler` gives one FC function for each.
 *
 * @param options see {@link HandlerOptions}; on a method, `name` alone
 * @throws FcTracedError `INVALID_OPTION` or `INVALID_TARGET`, when the class is defined
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
 * export const { handler, initialize, preStop } = createHandler(Hello);
 * ```
 */
export function Handler(options?: HandlerOptions): HandlerDecorator {
  if (arguments.length > 1 || typeof options === 'function') {
    throw new FcTracedError('INVALID_OPTION', '@Handler needs its parentheses: @Handler().');
  }
  const checked = checkOptions(options, '@Handler');
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

/** One method that FC can call. */
export interface Entry {
  readonly method: string;
  /** Name of its invocation span, where one was given. */
  readonly spanName: string | undefined;
}

/** A handler class as its decorators and `createHandler`'s options describe it. */
export interface HandlerDefinition {
  readonly handlerClass: new (...args: never[]) => object;
  readonly options: HandlerOptions;
  /** By the name under which the FC function is exported. */
  readonly entries: ReadonlyMap<string, Entry>;
}

const HOOKS = ['initialize', 'preFreeze', 'preStop'];
const DEFAULT_METHOD = 'handle';

function hasMethod(handlerClass: Constructor, method: string): boolean {
  for (
    let owner: object | null = handlerClass.prototype as object;
    owner !== null && owner !== Object.prototype;
    owner = Reflect.getPrototypeOf(owner)
  ) {
    const descriptor = Reflect.getOwnPropertyDescriptor(owner, method);
    if (descriptor !== undefined) return typeof descriptor.value === 'function';
  }
  return false;
}

/** Finds out what of a class FC can call; throws where nothing is. */
export function defineHandler(given: unknown, givenOptions: unknown, taker = 'createHandler'): HandlerDefinition {
  if (typeof given !== 'function' || given.prototype === undefined) {
    throw new FcTracedError(
      'INVALID_TARGET',
      `${taker} takes a class, not ${given === undefined ? 'undefined (is it imported in a circle?)' : `a value of type ${typeof given}`}.`,
    );
  }
  const handlerClass = given as HandlerDefinition['handlerClass'];
  const { handler, entries: marked } = getTracedMetadata(handlerClass);
  const name = handlerClass.name === '' ? 'the class' : handlerClass.name;
  const own = checkOptions(givenOptions, `${taker}(${name})`);
  const options: HandlerOptions = { ...handler, ...own };
  if (own.inject !== undefined) makeInjectable(handlerClass, own.inject, taker);
  const entries = new Map<string, Entry>();
  for (const {
    method,
    options: { name: spanName },
  } of marked) {
    if (HOOKS.includes(method)) {
      throw new FcTracedError(
        'ENTRY_NAME_TAKEN',
        `${name}.${method} carries @Handler(), but createHandler gives a lifecycle hook that name: rename the method.`,
      );
    }
    entries.set(method, { method, spanName: spanName ?? options.name });
  }
  const method = options.method ?? DEFAULT_METHOD;
  // A method `handler` that carries @Handler() is what the name `handler` means.
  if (entries.has('handler') && options.method === undefined) return { handlerClass, options, entries };
  if (hasMethod(handlerClass, method)) {
    entries.set('handler', { method, spanName: options.name });
  } else if (entries.size === 0 || options.method !== undefined) {
    throw new FcTracedError(
      'ENTRY_NOT_FOUND',
      `${name} has no method "${method}": write one, name another with @Handler({ method: '…' }), or put @Handler() on the methods that FC calls.`,
    );
  } else if (entries.size === 1) {
    entries.set('handler', [...entries.values()][0]!);
  }
  return { handlerClass, options, entries };
}
