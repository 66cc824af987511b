import { container, inject, injectable, Lifecycle } from 'tsyringe';
import type { InjectionToken } from 'tsyringe';
import { check, checkOptions } from '../config/check-options';
import type { Check } from '../config/check-options';
import type { Constructor } from '../decorators/metadata';
import { FcTracedError } from '../errors';

type NewableClass = new (...args: never[]) => object;

/**
 * Registers a class with tsyringe. Its constructor gets `tokens`, or the types that the compiler emitted. `decorator`
 * is named in errors.
 */
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
          `Option "inject" of ${decorator} on ${newable.name} is ${String(token)} at index ${index}: the module of that class may be part of a circular import, or the class is imported as a type only.`,
        );
      }
      inject(token)(newable, undefined, index);
    });
    // A list of its own, because tsyringe writes the tokens into the list that it finds, which may be inherited. A
    // subclass inherits this list together with the constructor.
    Reflect.defineMetadata('design:paramtypes', [...tokens, ...emitted.slice(tokens.length)], newable);
  }
  injectable()(newable);
}

/** The lifetime of a service. */
export type ServiceScope = 'transient' | 'invocation' | 'singleton';

/** Options of `@Service`. */
export interface ServiceOptions {
  /** The tokens of the constructor's parameters, in order. Default: the parameter types that the compiler emitted. */
  readonly inject?: readonly InjectionToken[];
  /**
   * `transient`: a new object wherever it is injected. `invocation`: one object per invocation. `singleton`: one object
   * per function instance. Default: `transient`.
   */
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
 * Registers a class with the container, so that it can be injected by its type. Does the same as tsyringe's
 * `@injectable()`, and also accepts a scope and, where the compiler emits no metadata (esbuild, standard decorators),
 * tokens.
 *
 * @throws FcTracedError `INVALID_OPTION` for an unknown option or an invalid value, or if `inject` names fewer tokens
 *   than the constructor has parameters; `INVALID_TARGET` on anything but a class
 *
 * @example
 * ```ts
 * import { Service } from 'fc-traced';
 * ;@Service({ scope: 'singleton' })
 * class Clock {}
 * ;@Service({ inject: [Clock] })
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
      throw new FcTracedError('INVALID_TARGET', '@Service must decorate a class.');
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
