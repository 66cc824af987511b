import type { InjectionToken } from 'tsyringe';
import { injectTokensOf } from './tsyringe-internals';
import type { Class } from './tsyringe-internals';

/** A constructor parameter as tsyringe resolves it. */
export interface Parameter {
  readonly owner: Class;
  readonly index: number;
  readonly token: unknown;
  readonly isOptional: boolean;
}

/** The types that compilers emit where they do not know a class: nothing can be injected for them. */
const PLACEHOLDERS: ReadonlySet<unknown> = new Set([
  Object,
  String,
  Number,
  Boolean,
  Array,
  Function,
  Promise,
  Symbol,
  BigInt,
]);

/** Whether a token is a type that compilers emit where they do not know a class. */
export function isPlaceholder(token: unknown): boolean {
  return PLACEHOLDERS.has(token);
}

/** Whether a token is a class. */
export function isClass(token: unknown): token is Class {
  return typeof token === 'function';
}

/**
 * The parameters of a class's constructor: the types that the compiler emitted, replaced by the tokens of `@inject` where
 * there are any. `undefined` where the constructor has parameters but nothing is known about them.
 */
export function parametersOf(owner: Class): Parameter[] | undefined {
  const emitted = Reflect.getMetadata('design:paramtypes', owner) as unknown[] | undefined;
  const injected = injectTokensOf(owner);
  const count = Math.max(emitted?.length ?? 0, ...Object.keys(injected).map((index) => Number(index) + 1));
  if (count === 0) return owner.length === 0 ? [] : undefined;
  return Array.from({ length: count }, (_, index) => {
    const given = index in injected ? injected[index] : emitted?.[index];
    const isDescriptor = typeof given === 'object' && given !== null && 'token' in given;
    const { token, isOptional } = isDescriptor
      ? (given as { token: unknown; isOptional?: boolean })
      : { token: given, isOptional: false };
    return { owner, index, token, isOptional: isOptional === true };
  });
}

/** The singletons that constructing a class will construct, dependencies before dependents. */
export function singletonsBelow(start: Class, isSingleton: (token: InjectionToken) => boolean): InjectionToken[] {
  const found: InjectionToken[] = [];
  const visited = new Set<unknown>();
  const visit = (token: unknown): void => {
    if (visited.has(token)) return;
    visited.add(token);
    if (isClass(token)) for (const parameter of parametersOf(token) ?? []) visit(parameter.token);
    if (isSingleton(token as InjectionToken)) found.push(token as InjectionToken);
  };
  visit(start);
  return found;
}
