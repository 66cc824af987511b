import { types } from 'node:util';
import { FcTracedError } from '../errors';
import { checkPlace } from '../tracing/calls/traced-options';
import type { AnyMethod, CheckedTracedOptions } from '../tracing/calls/traced-options';
import { recordTraced } from './metadata';
import { markedParameters } from './span-attribute';
import { classNameOf, isSettled, leaveUntraced, settlePlace, wrapOnce } from './wrapped-methods';

/** Traces the methods that a class has itself, static ones too: not its constructor, accessors, fields and what it inherits. */
export function traceClass(options: CheckedTracedOptions, target: object): void {
  checkPlace(options, true, `the class ${classNameOf(target)}`);
  traceMethods(options, target);
  traceMethods(options, (target as { prototype: object }).prototype);
}

function traceMethods({ filter, ...options }: CheckedTracedOptions, target: object): void {
  for (const key of Reflect.ownKeys(target)) {
    const descriptor = Reflect.getOwnPropertyDescriptor(target, key);
    const method: unknown = descriptor?.value;
    if (
      descriptor?.configurable !== true ||
      typeof method !== 'function' ||
      isClassOrConstructor(target, key, method)
    ) {
      continue;
    }
    if (isSettled(method, target, key) || filter?.(key) === false) continue;
    const { wrapper, spec } = wrapOnce(options, {
      method: method as AnyMethod,
      key,
      className: classNameOf(target),
      parameters: markedParameters(target, key),
    });
    Object.defineProperty(target, key, { ...descriptor, value: wrapper });
    recordTraced(spec, wrapper, { target, key });
  }
}

/** A class's constructor, and what is kept in static members to be called with `new`: classes, constructor functions, built-in ones. */
function isClassOrConstructor(target: object, key: PropertyKey, method: object): boolean {
  if (typeof target !== 'function') {
    return key === 'constructor' || /^class\b/.test(Function.prototype.toString.call(method));
  }
  return Object.hasOwn(method, 'prototype') && !types.isGeneratorFunction(method);
}

/**
 * Has `@Traced()` on the class pass this method over. Without effect on a method that carries `@Traced` itself.
 *
 * @throws FcTracedError `INVALID_OPTION` or `INVALID_TARGET`, when the class is defined
 *
 * @example
 * ```ts
 * import { Traced, Untraced } from 'fc-traced';
 * \@Traced()
 * class Orders {
 *   ship(): void {}
 *   \@Untraced()
 *   ping(): void {}
 * }
 * ```
 */
export function Untraced(): (
  target: object,
  second: PropertyKey | ClassMethodDecoratorContext,
  descriptor?: PropertyDescriptor,
) => void {
  if (arguments.length > 0) {
    throw new FcTracedError('INVALID_OPTION', '@Untraced takes no options and needs its parentheses: @Untraced().');
  }
  return (target, second, descriptor) => {
    const isStandard = typeof second === 'object' && second !== null;
    const method: unknown = isStandard ? target : descriptor?.value;
    if (typeof method !== 'function' || (isStandard && second.kind !== 'method')) {
      throw new FcTracedError('INVALID_TARGET', '@Untraced must stand on a method.');
    }
    if (descriptor !== undefined) settlePlace(target, second as PropertyKey);
    leaveUntraced(method);
  };
}
