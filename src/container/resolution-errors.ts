import type { DependencyContainer, InjectionToken } from 'tsyringe';
import { FcTracedError } from '../errors';
import {
  hasFactory,
  injectTokensOf,
  interceptConstruction,
  interceptResolution,
  isTypeInfoError,
} from './tsyringe-internals';
import type { Class } from './tsyringe-internals';

/** A constructor parameter as tsyringe resolves it. */
interface Parameter {
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
function isPlaceholder(token: unknown): boolean {
  return PLACEHOLDERS.has(token);
}

/** Whether a token is a class. */
function isClass(token: unknown): token is Class {
  return typeof token === 'function';
}

/**
 * The parameters of a class's constructor: the types that the compiler emitted, replaced by the tokens of `@inject`
 * where there are any. `undefined` where the constructor has parameters but nothing is known about them.
 */
function parametersOf(owner: Class): Parameter[] | undefined {
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

/** Whether a container can resolve a token without constructing a class: the token is registered, or one of ours. */
export type IsRegistered = (token: InjectionToken) => boolean;

function describe(token: unknown): string {
  return typeof token === 'symbol'
    ? `the token ${String(token)}`
    : typeof token === 'string'
      ? `the token "${token}"`
      : isClass(token)
        ? token.name
        : `a ${typeof token}`;
}

function place({ owner, index }: Parameter): string {
  return `parameter ${index + 1} of the constructor of ${owner.name}`;
}

function unresolvable(message: string, cause: unknown): FcTracedError {
  return new FcTracedError('UNRESOLVABLE_DEPENDENCY', message, cause === undefined ? undefined : { cause });
}

function problemOf(parameter: Parameter, isRegistered: IsRegistered, cause: unknown): FcTracedError | undefined {
  const { token, isOptional } = parameter;
  if (token === undefined || token === null) {
    return unresolvable(
      `The type of ${place(parameter)} is undefined at run time: either its module is part of a circular import (use @inject(delay(() => …))), or it is imported as a type only (import the class itself).`,
      cause,
    );
  }
  if (isRegistered(token as InjectionToken) || isOptional) return undefined;
  if (isPlaceholder(token)) {
    return unresolvable(
      `Nothing can be injected for ${place(parameter)}: the compiler emitted its type as ${describe(token)}. Either the class is imported with "import type" (import it without "type"), or the type is an interface or a primitive (name a token with @inject(…) or the option inject).`,
      cause,
    );
  }
  return isClass(token) || typeof token === 'object'
    ? undefined
    : unresolvable(
        `Nothing is registered for ${describe(token)}, ${place(parameter)}: register it with the container before the first invocation.`,
        cause,
      );
}

/**
 * Explains why a class itself cannot be constructed: names the class, the parameter and the remedy. Returns `undefined`
 * if its parameters can be injected; then its constructor threw. `cause` is the error that tsyringe threw.
 */
export function explainUnresolvable(
  target: Class,
  isRegistered: IsRegistered,
  cause: unknown,
): FcTracedError | undefined {
  const parameters = parametersOf(target);
  if (parameters !== undefined && !isTypeInfoError(cause)) {
    return parameters
      .map((parameter) => problemOf(parameter, isRegistered, cause))
      .find((problem) => problem !== undefined);
  }
  return unresolvable(
    `${target.name} has ${target.length} constructor parameter${target.length === 1 ? '' : 's'}, but it is not known what to inject. If the class has no decorator, add @Service() or @injectable(). If it has one, the compiler emitted no types: enable emitDecoratorMetadata or, with esbuild or standard decorators, name the tokens: @Service({ inject: […] }), on a handler @Handler({ inject: […] }).`,
    cause,
  );
}

/**
 * Finds the first class that `start` needs and that cannot be constructed, without constructing any. Registered tokens
 * are not checked, since they may have a factory.
 */
export function findUnresolvable(start: Class, isRegistered: IsRegistered): FcTracedError | undefined {
  const visited = new Set<Class>([start]);
  for (const target of visited) {
    const problem = explainUnresolvable(target, isRegistered, undefined);
    if (problem !== undefined) return problem;
    for (const { token } of parametersOf(target) ?? []) {
      if (isClass(token) && !isPlaceholder(token) && !isRegistered(token as InjectionToken)) visited.add(token);
    }
  }
  return undefined;
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

/** A construction that failed: of a class, or in a factory (`target` is undefined). */
interface Failure {
  readonly target: Class | undefined;
  readonly thrown: unknown;
}

/**
 * Records the innermost failure of a resolution: tsyringe wraps an error once for each class that it passes through,
 * and only the first is the program's. Resolution is synchronous, so one recorder serves several containers.
 */
export class FailureRecorder {
  private failure: Failure | undefined;

  /** `isExplained`: whether failures of injection become UNRESOLVABLE_DEPENDENCY. */
  constructor(
    private readonly isRegistered: IsRegistered,
    private readonly isExplained: boolean,
  ) {}

  /** Records a failure, unless an inner one is recorded already. */
  record(failure: Failure): void {
    this.failure ??= failure;
  }

  /**
   * Resolves a token. Throws what a constructor or factory threw, or UNRESOLVABLE_DEPENDENCY where injection failed.
   */
  resolve<T>(container: DependencyContainer, token: InjectionToken<T>): T {
    this.failure = undefined;
    try {
      return container.resolve(token);
    } catch (error) {
      const { target, thrown } = (this.failure as Failure | undefined) ?? { target: undefined, thrown: error };
      if (thrown instanceof FcTracedError || target === undefined || !this.isExplained) throw thrown;
      throw explainUnresolvable(target, this.isRegistered, thrown) ?? thrown;
    }
  }

  /** Records the failures of a container. */
  attachTo(container: DependencyContainer): void {
    const recording = (target: Class | undefined, make: () => unknown): unknown => {
      const before = this.failure;
      try {
        const made = make();
        // A factory caught the failure of something that it resolved, so it is no longer the reason for a later one.
        this.failure = before;
        return made;
      } catch (thrown) {
        // Where a placeholder cannot be constructed, the class that injects it is to blame.
        if (target === undefined || !isPlaceholder(target)) this.record({ target, thrown });
        throw thrown;
      }
    };
    interceptConstruction(container, recording);
    interceptResolution(container, (registration, resolve) =>
      hasFactory(registration) ? recording(undefined, () => resolve(registration)) : resolve(registration),
    );
  }
}
