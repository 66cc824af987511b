import { inject, injectable } from 'tsyringe';
import type { InjectionToken } from 'tsyringe';
import { FcTracedError } from '../errors';
import type { Constructor } from '../decorators/metadata';

type NewableClass = new (...args: never[]) => object;

/** Registers a class with tsyringe: its constructor's parameters are told by `tokens`, else by the metadata that the compiler emitted. */
export function makeInjectable(
  target: Constructor,
  tokens: readonly InjectionToken[] | undefined,
  decorator: string,
): void {
  const newable = target as NewableClass;
  if (tokens !== undefined) {
    const emitted = (Reflect.getMetadata('design:paramtypes', newable) ?? []) as unknown[];
    if (tokens.length < newable.length) {
      throw new FcTracedError(
        'INVALID_OPTION',
        `Option "inject" of ${decorator} on ${newable.name} names ${tokens.length} of ${newable.length} constructor parameters: name a token for each.`,
      );
    }
    tokens.forEach((token, index) => {
      if (token === undefined || token === null) {
        throw new FcTracedError(
          'INVALID_OPTION',
          `Option "inject" of ${decorator} on ${newable.name} is ${String(token)} at position ${index}: the module of that class is perhaps imported in a circle, or only as a type.`,
        );
      }
      inject(token)(newable, undefined, index);
    });
    // A list of its own: tsyringe writes the tokens into the list it finds, which may be that of the class extended. And a
    // class that extends this one inherits it along with the constructor.
    Reflect.defineMetadata('design:paramtypes', [...tokens, ...emitted.slice(tokens.length)], newable);
  }
  injectable()(newable);
}
