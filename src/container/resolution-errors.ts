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

/** The token of a parameter of which nothing is known. */
const UNKNOWN = Symbol('unknown');

const NAME_A_TOKEN = 'name a token with @inject(…) or the option inject';
const TYPE_IMPORT = 'Either the class is imported with "import type" (import it without "type"),';
const PRIMITIVE = `The type is a primitive or an enum: ${NAME_A_TOKEN}.`;

/** The types that compilers emit where they do not know a class, with the reason and the remedy. */
const PLACEHOLDERS: ReadonlyMap<unknown, string> = new Map<unknown, string>([
  [
    Object,
    `${TYPE_IMPORT} or its module is part of a circular import (use @inject(delay(() => …))), or the type is an interface, a union or another type that is not a class (${NAME_A_TOKEN}).`,
  ],
  [Function, `${TYPE_IMPORT} or the type is a function (${NAME_A_TOKEN}).`],
  [Array, `The type is an array or a tuple: name a token with @injectAll(…), @inject(…) or the option inject.`],
  [Promise, `The type is a promise: ${NAME_A_TOKEN}, and register the promise or its value.`],
  ...[String, Number, Boolean, Symbol, BigInt].map((type) => [type, PRIMITIVE] as const),
]);

/** Whether a token is a type for which nothing can be injected, so that the class that injects it is to blame. */
function isPlaceholder(token: unknown): boolean {
  return PLACEHOLDERS.has(token) || isBuiltIn(token);
}

/** Whether a token is a class of JavaScript or Node.js whose constructor needs arguments, such as Date. */
function isBuiltIn(token: unknown): boolean {
  return isClass(token) && token.length > 0 && (globalThis as Record<string, unknown>)[token.name] === token;
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
  const indexes = Object.keys(injected).map(Number);
  if (emitted === undefined && indexes.length === 0) return owner.length === 0 ? [] : undefined;
  const count = Math.max(emitted?.length ?? owner.length, ...indexes.map((index) => index + 1));
  if (count === 0) return owner.length === 0 ? [] : undefined;
  return Array.from({ length: count }, (_, index) => {
    const given = index in injected ? injected[index] : emitted === undefined ? UNKNOWN : emitted[index];
    const isDescriptor = typeof given === 'object' && given !== null && 'token' in given;
    const { token, isOptional } = isDescriptor
      ? (given as { token: unknown; isOptional?: boolean })
      : { token: given, isOptional: false };
    return { owner, index, token, isOptional: isOptional === true };
  });
}

/** Whether a class is constructed without arguments. */
export function hasNoParameters(owner: Class): boolean {
  return owner.length === 0 && parametersOf(owner)?.length === 0;
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
  if (token === UNKNOWN) {
    return unresolvable(
      `Nothing can be injected for ${place(parameter)}: it has no token, and the compiler emitted no types. Enable emitDecoratorMetadata (of tsc; jsc.transform.decoratorMetadata of swc; esbuild cannot emit types), or ${NAME_A_TOKEN}.`,
      cause,
    );
  }
  if (token === undefined || token === null) {
    return unresolvable(
      `The type of ${place(parameter)} is undefined at run time: either its module is part of a circular import (use @inject(delay(() => …))), or it is imported as a type only (import the class itself).`,
      cause,
    );
  }
  if (isRegistered(token as InjectionToken) || isOptional) return undefined;
  const reason = PLACEHOLDERS.get(token);
  if (reason !== undefined) {
    return unresolvable(
      `Nothing can be injected for ${place(parameter)}: the compiler emitted its type as ${describe(token)}. ${reason}`,
      cause,
    );
  }
  if (isBuiltIn(token)) {
    return unresolvable(
      `Nothing can be injected for ${place(parameter)}: its type is ${describe(token)}, a class of JavaScript or Node.js that the container cannot create. Register a value for it, or ${NAME_A_TOKEN}.`,
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

const described = new WeakSet<Class>();

/**
 * Throws UNRESOLVABLE_DEPENDENCY if only some parameters of a class have tokens and the compiler emitted no types:
 * tsyringe would pass `undefined` for the others.
 */
function checkTokens(target: Class): void {
  if (described.has(target) || !isClass(target)) return;
  const unknown = parametersOf(target)?.find(({ token }) => token === UNKNOWN);
  if (unknown !== undefined) throw problemOf(unknown, () => false, undefined)!;
  described.add(target);
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
    interceptConstruction(container, (target, make) =>
      recording(target, () => {
        if (this.isExplained) checkTokens(target);
        return make();
      }),
    );
    interceptResolution(container, (registration, resolve) =>
      hasFactory(registration) ? recording(undefined, () => resolve(registration)) : resolve(registration),
    );
  }
}
