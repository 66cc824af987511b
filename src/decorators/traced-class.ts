import { types } from 'node:util';
import { warnOnce } from '../diagnostics';
import { FcTracedError } from '../errors';
import { checkPlace } from '../tracing/calls/traced-options';
import type { AnyMethod, CheckedTracedOptions } from '../tracing/calls/traced-options';
import { recordTraced } from './metadata';
import { markedParameters } from './span-attribute';
import { classNameOf, isDecorated, markDecorated, markUntraced, wrapOnce } from './wrapped-methods';

/**
 * Traces a class's own methods, including static ones. Skips its constructor, accessors, fields and inherited members.
 */
export function traceClass(options: CheckedTracedOptions, target: object): void {
  checkPlace(options, true, `the class ${classNameOf(target)}`);
  traceMethods(options, target);
  traceMethods(options, (target as { prototype: object }).prototype);
}

function traceMethods({ filter, ...options }: CheckedTracedOptions, target: object): void {
  for (const key of Reflect.ownKeys(target)) {
    const descriptor = Reflect.getOwnPropertyDescriptor(target, key);
    const method: unknown = descriptor?.value;
    if (descriptor?.get !== undefined) warnOfReplacedMethod(target, key, descriptor.get);
    if (
      descriptor?.configurable !== true ||
      typeof method !== 'function' ||
      isClassOrConstructor(target, key, method)
    ) {
      continue;
    }
    if (isDecorated(method, target, key) || filter?.(key) === false) continue;
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

/**
 * Logs once that a member is not traced because a decorator turned a method into a getter, as autobind does. A getter of
 * the class itself is named after its key.
 */
function warnOfReplacedMethod(target: object, key: PropertyKey, { name }: { readonly name: unknown }): void {
  if (typeof key === 'symbol' || name === `get ${String(key)}`) return;
  warnOnce(
    `${classNameOf(target)}.${String(key)} is a getter that a decorator made, so @Traced on the class does not trace it: apply @Traced below that decorator`,
  );
}

/** Whether a member is the class's constructor, or a class or constructor function kept in a static member. */
function isClassOrConstructor(target: object, key: PropertyKey, method: object): boolean {
  if (typeof target !== 'function') {
    return key === 'constructor' || /^class\b/.test(Function.prototype.toString.call(method));
  }
  return Object.hasOwn(method, 'prototype') && !types.isGeneratorFunction(method);
}

/**
 * Excludes a method from `@Traced()` on its class. Has no effect on a method that is decorated with `@Traced` itself.
 *
 * @throws FcTracedError when the class is defined: `INVALID_OPTION` if called with arguments or without parentheses,
 *   `INVALID_TARGET` on anything but a method
 *
 * @example
 * ```ts
 * import { Traced, Untraced } from 'fc-traced';
 * ;@Traced()
 * class Orders {
 *   ship(): void {}
 *   ;@Untraced()
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
    throw new FcTracedError('INVALID_OPTION', '@Untraced takes no options and requires parentheses: @Untraced().');
  }
  return (target, second, descriptor) => {
    const isStandard = typeof second === 'object' && second !== null;
    const method: unknown = isStandard ? target : descriptor?.value;
    if (typeof method !== 'function' || (isStandard && second.kind !== 'method')) {
      throw new FcTracedError('INVALID_TARGET', '@Untraced can only decorate a method.');
    }
    if (descriptor !== undefined) markDecorated(target, second as PropertyKey);
    markUntraced(method);
  };
}
