import { sharedByCopies } from '../api-registry';
import { FcTracedError } from '../errors';
import { classNameOf, memberName } from './wrapped-methods';

/** The attribute key of each decorated parameter, by prototype (or class) and member. */
const marked = sharedByCopies(
  'parameters with @SpanAttribute',
  () => new WeakMap<object, Map<PropertyKey, Map<number, string>>>(),
);

/**
 * Records an argument of a `@Traced` method as an attribute of its spans. Only for legacy decorators: there are no
 * standard parameter decorators, so use the option `attributes` there.
 *
 * @param key the attribute key
 * @throws FcTracedError when the class is defined: `INVALID_OPTION` for an empty key, `INVALID_TARGET` on anything but
 *   a parameter of a method
 *
 * @example
 * ```ts
 * import { SpanAttribute, Traced } from 'fc-traced';
 * class Orders {
 *   ;@Traced()
 *   ship(@SpanAttribute('order.id') id: number): string {
 *     return `shipped ${id}`;
 *   }
 * }
 * ```
 */
export function SpanAttribute(key: string): (target: object, member: string | symbol, index: number) => void {
  if (typeof key !== 'string' || key.trim() === '') {
    throw new FcTracedError('INVALID_OPTION', '@SpanAttribute requires a non-empty attribute key.');
  }
  return (target: object, member: string | symbol | undefined, index: number) => {
    if (member === undefined || typeof index !== 'number') {
      const hint =
        member === undefined
          ? 'not of the constructor'
          : `as in ${memberName(member).replace(/^\./, '')}(@SpanAttribute('${key}') value)`;
      throw new FcTracedError(
        'INVALID_TARGET',
        `@SpanAttribute('${key}') in ${classNameOf(target)} must decorate a parameter of a method, ${hint}.`,
      );
    }
    const members = marked.get(target) ?? new Map<PropertyKey, Map<number, string>>();
    marked.set(target, members);
    members.set(member, (members.get(member) ?? new Map<number, string>()).set(index, key));
  };
}

/** Returns the attribute keys of a member's parameters that are decorated with `@SpanAttribute`, by index. */
export function markedParameters(target: object, member: PropertyKey): ReadonlyMap<number, string> | undefined {
  return marked.get(target)?.get(member);
}
