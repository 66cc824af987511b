import { check, checkOptions } from '../config/check-options';
import { HANDLER_CHECKS } from '../config/options';
import type { HandlerOptions } from '../config/options';
import { makeInjectable } from '../container/service';
import { getTracedMetadata } from '../decorators/metadata';
import type { Constructor } from '../decorators/metadata';
import { FcTracedError } from '../errors';

/** Options of `createHandler`. */
export interface CreateHandlerOptions<E extends string = string> extends HandlerOptions {
  /**
   * The methods that FC calls, each exported under its own name: exactly these, decorated with `@Handler()` or not. Naming them also
   * tells TypeScript which functions there are. Default: the methods that carry `@Handler()`, and `handler` for the entry method.
   */
  readonly entries?: readonly E[];
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

/** The names of the lifecycle hooks that `createHandler` returns. */
const HOOKS = ['initialize', 'preFreeze', 'preStop'];
const DEFAULT_METHOD = 'handle';

const CREATE_CHECKS = {
  ...HANDLER_CHECKS,
  entries: check.arrayOf('method names', (item) => check.string(item) === undefined),
};

function hasMethod(handlerClass: Constructor, method: string): boolean {
  let owner: object | null = handlerClass.prototype as object;
  for (; owner !== null && owner !== Object.prototype; owner = Reflect.getPrototypeOf(owner)) {
    const descriptor = Reflect.getOwnPropertyDescriptor(owner, method);
    if (descriptor !== undefined) return typeof descriptor.value === 'function';
  }
  return false;
}

/** Finds the methods of a class that FC can call. `caller` is the function that the class was passed to. */
export function defineHandler(given: unknown, givenOptions: unknown, caller = 'createHandler'): HandlerDefinition {
  if (typeof given !== 'function' || given.prototype === undefined) {
    throw new FcTracedError(
      'INVALID_TARGET',
      `${caller} takes a class, not ${given === undefined ? 'undefined (is it imported in a circle?)' : `a value of type ${typeof given}`}.`,
    );
  }
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
    if (!hasMethod(handlerClass, method)) throw notFound(className, method);
    const spanName = decorated.find((entry) => entry.method === method)?.options.name ?? options.name;
    entries.set(method, { method, spanName });
  }
  if (named === undefined) addDefaultEntry(entries, handlerClass, className, options);
  return { handlerClass, options, entries };
}

/** Adds the entry that is exported as `handler`. */
function addDefaultEntry(
  entries: Map<string, Entry>,
  handlerClass: Constructor,
  className: string,
  options: HandlerOptions,
): void {
  const method = options.method ?? DEFAULT_METHOD;
  // A method `handler` that carries @Handler() is exported under its own name.
  if (entries.has('handler') && options.method === undefined) return;
  if (hasMethod(handlerClass, method)) entries.set('handler', { method, spanName: options.name });
  else if (entries.size === 0 || options.method !== undefined) throw notFound(className, method);
  else if (entries.size === 1) entries.set('handler', [...entries.values()][0]!);
}

function nameTaken(className: string, method: string, isNamed: boolean): FcTracedError {
  const what = isNamed
    ? `The option entries names ${className}.${method}`
    : `${className}.${method} carries @Handler()`;
  return new FcTracedError(
    'ENTRY_NAME_TAKEN',
    `${what}, but createHandler returns a lifecycle hook of that name: rename the method.`,
  );
}

function notFound(className: string, method: string): FcTracedError {
  return new FcTracedError(
    'ENTRY_NOT_FOUND',
    `${className} has no method "${method}": write one, name another with @Handler({ method: '…' }), or put @Handler() on the methods that FC calls.`,
  );
}
