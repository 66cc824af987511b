import type { InjectionToken } from 'tsyringe';
import { FcTracedError } from '../errors';
import { isClass, isPlaceholder, parametersOf } from './constructor-parameters';
import type { Parameter } from './constructor-parameters';
import { isTypeInfoError } from './tsyringe-internals';
import type { Class } from './tsyringe-internals';

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
 * Explains why a class itself cannot be constructed: names the class, the parameter and the remedy. Returns `undefined` if its
 * parameters can be injected; then its constructor threw. `cause` is the error that tsyringe threw.
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
 * Finds the first class that `start` needs and that cannot be constructed, without constructing any. Registered tokens are not
 * checked, since they may have a factory.
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
