import type { InjectionToken } from 'tsyringe';
import { FcTracedError } from '../errors';
import type { Class, OpenContainer } from './child-container';

/** One constructor parameter as tsyringe will resolve it. */
interface Parameter {
  readonly owner: Class;
  readonly index: number;
  readonly token: unknown;
  readonly isOptional: boolean;
}

/** Where tsyringe's `@inject` keeps its tokens. */
const INJECTION_TOKENS = 'injectionTokens';

/** What a class's constructor asks for: the types that the compiler emitted, overlaid with the tokens of `@inject`. */
function parametersOf(owner: Class): Parameter[] | undefined {
  const emitted = Reflect.getMetadata('design:paramtypes', owner) as unknown[] | undefined;
  const injected = (Reflect.getOwnMetadata(INJECTION_TOKENS, owner) ?? {}) as Record<number, unknown>;
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

const isClass = (token: unknown): token is Class => typeof token === 'function';
/** What compilers emit where they do not know a class: nothing can be injected for it. */
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

/** Whether a class is what compilers emit where they know none. */
export function isPlaceholder(token: unknown): boolean {
  return PLACEHOLDERS.has(token);
}

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

function problemOf(
  parameter: Parameter,
  isKnown: (token: InjectionToken) => boolean,
  cause: unknown,
): FcTracedError | undefined {
  const { token, isOptional } = parameter;
  if (token === undefined || token === null) {
    return unresolvable(
      `The type at ${place(parameter)} is not there at run time: its module is imported in a circle, so use @inject(delay(() => …)), or only as a type.`,
      cause,
    );
  }
  if (isKnown(token as InjectionToken) || isOptional) return undefined;
  if (isPlaceholder(token)) {
    return unresolvable(
      `Nothing can be injected at ${place(parameter)}: its type came out as ${describe(token)}. The class is imported with "import type" (import it without "type"), or it is an interface or a primitive (give it a token with @inject(…) or the option inject).`,
      cause,
    );
  }
  return isClass(token) || typeof token === 'object'
    ? undefined
    : unresolvable(
        `Nothing is registered for ${describe(token)} at ${place(parameter)}: register it with the container before the first invocation.`,
        cause,
      );
}

/**
 * Why a class itself cannot be built: the class, the parameter and the remedy. Nothing when its injection is sound; an error then
 * came out of its constructor. `isKnown` tells whether a token is registered; `cause` is what tsyringe said.
 */
export function explainUnresolvable(
  target: Class,
  isKnown: (token: InjectionToken) => boolean,
  cause: unknown,
): FcTracedError | undefined {
  const parameters = parametersOf(target);
  if (parameters !== undefined && !isUndecorated(cause)) {
    return parameters.map((parameter) => problemOf(parameter, isKnown, cause)).find((problem) => problem !== undefined);
  }
  return unresolvable(
    `${target.name} has ${target.length} constructor parameter${target.length === 1 ? '' : 's'}, but nothing says what to inject: decorate it with @Service() or @injectable(); if it is decorated, its types were not emitted: switch emitDecoratorMetadata on, or, with esbuild or standard decorators, name the tokens: @Service({ inject: […] }), on a handler @Handler({ inject: […] }).`,
    cause,
  );
}

/** Whether tsyringe said of a class that no decorator told it about it. */
function isUndecorated(cause: unknown): boolean {
  return cause instanceof Error && cause.message.startsWith('TypeInfo not known');
}

/** Finds the first class below `start` that cannot be built, without building any. What is registered may have a factory and is trusted. */
export function findUnresolvable(start: Class, isKnown: (token: InjectionToken) => boolean): FcTracedError | undefined {
  const seen = new Set<Class>([start]);
  for (const target of seen) {
    const problem = explainUnresolvable(target, isKnown, undefined);
    if (problem !== undefined) return problem;
    for (const { token } of parametersOf(target) ?? []) {
      if (isClass(token) && !isPlaceholder(token) && !isKnown(token as InjectionToken)) seen.add(token);
    }
  }
  return undefined;
}

/** The singletons that building a class will make, what they need first. */
export function singletonsBelow(start: Class, isSingleton: (token: InjectionToken) => boolean): InjectionToken[] {
  const found: InjectionToken[] = [];
  const seen = new Set<unknown>();
  const visit = (token: unknown): void => {
    if (seen.has(token)) return;
    seen.add(token);
    if (isClass(token)) for (const parameter of parametersOf(token) ?? []) visit(parameter.token);
    if (isSingleton(token as InjectionToken)) found.push(token as InjectionToken);
  };
  visit(start);
  return found;
}

/** A construction that failed: of the innermost class, and so the one at fault; of none, where a factory threw. */
interface Failure {
  readonly target: Class | undefined;
  readonly thrown: unknown;
}

/** Finds out what a resolution really failed with. Containers resolve at one go, so one record serves them all. */
export class FailureWatch {
  private failure: Failure | undefined;

  /** `isKnown` tells whether a token is registered. */
  constructor(private readonly isKnown: (token: InjectionToken) => boolean) {}

  /** Notes a failure, unless one further in was noted already. */
  note(failure: Failure): void {
    this.failure ??= failure;
  }

  /** Resolves a token; what a constructor threw comes out as it was, a mistake of injection as UNRESOLVABLE_DEPENDENCY. */
  resolve<T>(container: OpenContainer, token: InjectionToken<T>): T {
    this.failure = undefined;
    try {
      return container.resolve(token);
    } catch (error) {
      const { target, thrown } = (this.failure as Failure | undefined) ?? { target: undefined, thrown: error };
      if (thrown instanceof FcTracedError) throw thrown;
      throw (target && explainUnresolvable(target, this.isKnown, thrown)) ?? thrown;
    }
  }

  /**
   * tsyringe wraps an error once for each class on its way out: the first is the one that counts. What failed inside of a factory
   * that went on without it, is settled.
   */
  watch(container: OpenContainer): void {
    const { construct, resolveRegistration } = container;
    const watched = (target: Class | undefined, make: () => unknown): unknown => {
      const before = this.failure;
      try {
        const made = make();
        this.failure = before;
        return made;
      } catch (thrown) {
        // That nothing can be made for a placeholder is the fault of the class that asks for it.
        if (target === undefined || !isPlaceholder(target)) this.note({ target, thrown });
        throw thrown;
      }
    };
    container.construct = (target, context) => watched(target, () => construct.call(container, target, context));
    container.resolveRegistration = (registration, context) => {
      const make = (): unknown => resolveRegistration.call(container, registration, context);
      return 'useFactory' in registration.provider ? watched(undefined, make) : make();
    };
  }
}
