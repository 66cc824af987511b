import { container, inject, injectable, Lifecycle } from 'tsyringe';
import type { InjectionToken } from 'tsyringe';
import { check, checkOptions } from '../config/check-options';
import type { Check } from '../config/check-options';
import type { Constructor } from '../decorators/metadata';
import { FcTracedError } from '../errors';

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

/** How long an instance of a service lives. */
export type ServiceScope = 'transient' | 'invocation' | 'singleton';

/** Options of `@Service`. */
export interface ServiceOptions {
  /** Tokens for the constructor's parameters, in order: needs no emitted metadata. */
  readonly inject?: readonly InjectionToken[];
  /** `transient`: a new one wherever it is injected (default). `invocation`: one for each invocation. `singleton`: one for the instance of the function. */
  readonly scope?: ServiceScope;
}

const LIFECYCLES: Readonly<Record<ServiceScope, Lifecycle>> = {
  transient: Lifecycle.Transient,
  invocation: Lifecycle.ContainerScoped,
  singleton: Lifecycle.Singleton,
};

const CHECKS: { readonly [K in keyof Required<ServiceOptions>]: Check } = {
  inject: check.arrayOf('tokens'),
  scope: check.oneOf(...Object.keys(LIFECYCLES)),
};

/**
 * Makes a class known to the container, so that it can be injected by its type. The same as tsyringe's `@injectable()`, plus
 * tokens that need no emitted metadata (esbuild, standard decorators) and a scope.
 *
 * @throws FcTracedError `INVALID_OPTION` for an unknown option, or when `inject` names fewer tokens than the constructor has parameters;
 *   `INVALID_TARGET` on anything but a class
 *
 * @example
 * ```ts
 * import { Service } from 'fc-traced';
 * \@Service({ scope: 'singleton' })
 * class Clock {}
 * \@Service({ inject: [Clock] })
 * class Alarm {
 *   constructor(readonly clock: Clock) {}
 * }
 * ```
 */
export function Service(options: ServiceOptions = {}): (target: Constructor, context?: ClassDecoratorContext) => void {
  if (arguments.length > 1 || typeof options === 'function') {
    throw new FcTracedError('INVALID_OPTION', '@Service needs its parentheses: @Service().');
  }
  checkOptions(options, '@Service', CHECKS);
  return (target: unknown, second?: { readonly kind?: unknown }) => {
    if (typeof target !== 'function' || (second !== undefined && second.kind !== 'class')) {
      throw new FcTracedError('INVALID_TARGET', '@Service must stand on a class.');
    }
    makeInjectable(target as Constructor, options.inject, '@Service');
    const lifecycle = LIFECYCLES[options.scope ?? 'transient'];
    if (lifecycle !== Lifecycle.Transient) {
      container.register(
        target as InjectionToken,
        { useClass: target as new (...args: never[]) => object },
        { lifecycle },
      );
    }
  };
}
