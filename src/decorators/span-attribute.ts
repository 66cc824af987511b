import { FcTracedError } from '../errors';
import { classNameOf, memberName } from './wrapped-methods';

/** By prototype (or class) and member: the attribute that each marked parameter makes. */
const marked = new WeakMap<object, Map<PropertyKey, Map<number, string>>>();

/**
 * Makes an argument of a `@Traced` method an attribute of its spans. For legacy decorators; standard ones have no parameter
 * decorators: use the option `attributes`.
 *
 * @param key the attribute's name
 * @throws FcTracedError `INVALID_OPTION` for an empty name, `INVALID_TARGET` on a constructor's parameter; both when the class is defined
 *
 * @example
 * ```ts
 * import { SpanAttribute, Traced } from 'fc-traced';
 * class Orders {
 *   \@Traced()
 *   ship(@SpanAttribute('order.id') id: number): string {
 *     return `shipped ${id}`;
 *   }
 * }
 * ```
 */
export function SpanAttribute(key: string): (target: object, member: string | symbol, index: number) => void {
  if (typeof key !== 'string' || key.trim() === '') {
    throw new FcTracedError('INVALID_OPTION', '@SpanAttribute needs the name of an attribute, one that is not empty.');
  }
  return (target: object, member: string | symbol | undefined, index: number) => {
    if (member === undefined || typeof index !== 'number') {
      throw new FcTracedError(
        'INVALID_TARGET',
        `@SpanAttribute('${key}') in ${classNameOf(target)} must stand on a parameter of a method${member === undefined ? ', not of the constructor' : `, as in ${memberName(member).replace(/^\./, '')}(@SpanAttribute('${key}') value)`}.`,
      );
    }
    const members = marked.get(target) ?? new Map<PropertyKey, Map<number, string>>();
    marked.set(target, members);
    members.set(member, (members.get(member) ?? new Map<number, string>()).set(index, key));
  };
}

/** The parameters of a member that `@SpanAttribute` marked. */
export function markedParameters(target: object, member: PropertyKey): ReadonlyMap<number, string> | undefined {
  return marked.get(target)?.get(member);
}
