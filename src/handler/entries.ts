import { check, checkOptions, describeValue } from '../config/check-options';
import { HANDLER_CHECKS } from '../config/options';
import type { HandlerOptions } from '../config/options';
import { makeInjectable } from '../container/service';
import { getTracedMetadata } from '../decorators/metadata';
import type { Constructor } from '../decorators/metadata';
import { FcTracedError } from '../errors';

/** Options of `createHandler`. */
export interface CreateHandlerOptions<E extends string = string> extends HandlerOptions {
  /**
   * The names of the entry methods, with or without `@Handler()`. `createHandler` returns one FC function for each,
   * under the name of the method, and TypeScript knows these names. Default: the methods with `@Handler()`, and as
   * `handler` the method that the option `method` names.
   */
  readonly entries?: readonly E[];
}

/** A method that FC can call. */
export interface Entry {
  readonly method: string;
  /** The name of its invocation span, if an option sets one. */
  readonly spanName: string | undefined;
}

/** A handler class with the options of its decorators and of `createHandler`. */
export interface HandlerDefinition {
  readonly handlerClass: new (...args: never[]) => object;
  readonly options: HandlerOptions;
  /** The entries by the name of their FC function. */
  readonly entries: ReadonlyMap<string, Entry>;
}

/** The names of the lifecycle hooks that `createHandler` returns. */
const HOOKS = ['initialize', 'preFreeze', 'preStop'];
const DEFAULT_METHOD = 'handle';

const CREATE_CHECKS = {
  ...HANDLER_CHECKS,
  entries: check.arrayOf('method names', (item) => check.string(item) === undefined),
};

function memberOf(handlerClass: Constructor, name: string): PropertyDescriptor | undefined {
  let owner: object | null = handlerClass.prototype as object;
  for (; owner !== null && owner !== Object.prototype; owner = Reflect.getPrototypeOf(owner)) {
    const descriptor = Reflect.getOwnPropertyDescriptor(owner, name);
    if (descriptor !== undefined) return descriptor;
  }
  return undefined;
}

function hasMethod(handlerClass: Constructor, method: string): boolean {
  return typeof memberOf(handlerClass, method)?.value === 'function';
}

/**
 * Merges the options and finds the entry methods of a class. `caller` is the function that the class was passed to.
 * Throws `INVALID_TARGET`, `INVALID_OPTION`, `ENTRY_NOT_FOUND` or `ENTRY_NAME_TAKEN`.
 */
export function defineHandler(given: unknown, givenOptions: unknown, caller = 'createHandler'): HandlerDefinition {
  if (typeof given !== 'function' || given.prototype === undefined) throw notAClass(given, caller);
  const handlerClass = given as HandlerDefinition['handlerClass'];
  const { handler, entries: decorated } = getTracedMetadata(handlerClass);
  const className = handlerClass.name === '' ? 'the class' : handlerClass.name;
  const { entries: named, ...own } = checkOptions<CreateHandlerOptions>(
    givenOptions,
    `${caller}(${className})`,
    caller === 'createHandler' ? CREATE_CHECKS : HANDLER_CHECKS,
  );
  const options: HandlerOptions = { ...handler, ...own };
  if (own.inject !== undefined) makeInjectable(handlerClass, own.inject, caller);
  const entries = new Map<string, Entry>();
  for (const method of named ?? decorated.map((entry) => entry.method)) {
    if (HOOKS.includes(method)) throw nameTaken(className, method, named !== undefined);
    if (!hasMethod(handlerClass, method)) throw notFound(handlerClass, className, method);
    const spanName = decorated.find((entry) => entry.method === method)?.options.name ?? options.name;
    entries.set(method, { method, spanName });
  }
  if (named === undefined) {
    if (entries.size === 0 && options.method === undefined && isPlainFunction(handlerClass)) {
      throw notAClass(given, caller);
    }
    addDefaultEntry(entries, handlerClass, className, options);
  }
  return { handlerClass, options, entries };
}

/** Adds the entry whose FC function is called `handler`. */
function addDefaultEntry(
  entries: Map<string, Entry>,
  handlerClass: Constructor,
  className: string,
  options: HandlerOptions,
): void {
  const method = options.method ?? DEFAULT_METHOD;
  // A method `handler` with @Handler() is an entry already.
  if (entries.has('handler') && options.method === undefined) return;
  if (hasMethod(handlerClass, method)) entries.set('handler', { method, spanName: options.name });
  else if (entries.size === 0 || options.method !== undefined) throw notFound(handlerClass, className, method);
  else if (entries.size === 1) entries.set('handler', [...entries.values()][0]!);
}

/** Whether a function is neither a class nor a constructor with methods, as compilers write classes for ES5. */
function isPlainFunction(given: Constructor): boolean {
  if (/^class\b/.test(Function.prototype.toString.call(given))) return false;
  const prototype = given.prototype as object;
  return (
    Reflect.ownKeys(prototype).every((key) => key === 'constructor') &&
    (Reflect.getPrototypeOf(prototype) === Object.prototype || !Object.hasOwn(prototype, 'constructor'))
  );
}

function notAClass(given: unknown, caller: string): FcTracedError {
  if (given === undefined) {
    return new FcTracedError(
      'INVALID_TARGET',
      `${caller} requires a class, not undefined (is its module part of a circular import?).`,
    );
  }
  const remedy =
    typeof given === 'function'
      ? `the function${given.name === '' ? '' : ` ${given.name}`}: make it the method "handle" of a class, and pass that class`
      : typeof given === 'object' && given !== null
        ? 'an object: pass the class itself, not an instance'
        : describeValue(given);
  return new FcTracedError('INVALID_TARGET', `${caller} requires a class, not ${remedy}.`);
}

function nameTaken(className: string, method: string, isListed: boolean): FcTracedError {
  const what = isListed
    ? `The option entries names ${className}.${method}`
    : `${className}.${method} is decorated with @Handler()`;
  return new FcTracedError(
    'ENTRY_NAME_TAKEN',
    `${what}, but createHandler returns a lifecycle hook with that name: rename the method.`,
  );
}

function notFound(handlerClass: Constructor, className: string, method: string): FcTracedError {
  if (memberOf(handlerClass, method)?.get !== undefined) {
    return new FcTracedError(
      'ENTRY_NOT_FOUND',
      `${className}.${method} is a getter, not a method: FC calls it on its object, so leave out decorators that bind it, such as autobind.`,
    );
  }
  return new FcTracedError(
    'ENTRY_NOT_FOUND',
    `${className} has no method "${method}": add it, name another one with @Handler({ method: '…' }), or put @Handler() on the methods that FC calls.`,
  );
}
