import { makeInjectable } from '../container/service';
import { getTracedMetadata } from '../decorators/metadata';
import type { Constructor } from '../decorators/metadata';
import { FcTracedError } from '../errors';
import { checkOptions } from '../config/options';
import type { HandlerOptions } from '../config/options';

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
