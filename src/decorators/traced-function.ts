import { FcTracedError } from '../errors';
import { checkPlace, checkTracedOptions } from './traced-options';
import type { AnyMethod, TracedOptions } from './traced-options';
import { wrapOnce } from './wrapped-methods';

/**
 * Makes a span of every call of a plain function, with the semantics of `@Traced`: gives a function that is like the given
 * one in type, name, length and properties. The spans are named after the function unless a name is given.
 *
 * @throws FcTracedError `INVALID_TARGET` for what is no function or a class, `INVALID_OPTION` for an unknown option, or for a function
 *   without a name when none is given
 *
 * @example
 * ```ts
 * import { traced } from 'fc-traced';
 * export const price = traced(function price(items: number): number {
 *   return items * 3;
 * });
 * ```
 */
export function traced<F extends AnyMethod>(fn: F, nameOrOptions?: string | TracedOptions<F, ThisParameterType<F>>): F {
  if (typeof fn !== 'function' || /^class\b/.test(Function.prototype.toString.call(fn))) {
    throw new FcTracedError(
      'INVALID_TARGET',
      `traced() takes a function, not ${typeof fn === 'function' ? `the class ${fn.name}` : `a value of type ${typeof fn}`}.`,
    );
  }
  const options = checkTracedOptions(nameOrOptions);
  checkPlace(options, false, 'a function');
  const name = options.name ?? fn.name;
  if (name === '') {
    throw new FcTracedError(
      'INVALID_OPTION',
      'traced() was given a function without a name: give one as the second argument.',
    );
  }
  return wrapOnce({ ...options, name }, { method: fn, key: name, className: '' }).wrapper as F;
}
