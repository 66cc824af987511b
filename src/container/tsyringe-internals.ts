import { inject, Lifecycle } from 'tsyringe';
import type { DependencyContainer, InjectionToken } from 'tsyringe';
import { warnOnce } from '../diagnostics';
import { isError } from '../realms';

// The only file that uses members of tsyringe that are not public. docs/architecture.md says why they are needed, and
// test/internals/tsyringe.test.ts pins them for the installed version.

/** A class that a container can construct. */
export type Class = new (...args: never[]) => object;

/** tsyringe's record of one registration. */
export interface Registration {
  readonly provider: Class | { readonly useClass?: Class; readonly useFactory?: unknown };
  readonly options: { readonly lifecycle: Lifecycle };
  instance?: unknown;
}

/** The state of one resolution. */
interface ResolutionContext {
  readonly scopedResolutions: Map<unknown, unknown>;
}

/** tsyringe's container, with its private members. */
interface InternalContainer extends DependencyContainer {
  readonly parent?: InternalContainer;
  readonly _registry: { entries(): Iterable<readonly [InjectionToken, readonly Registration[]]> };
  readonly disposables: Set<unknown>;
  resolveRegistration(registration: Registration, context: ResolutionContext): unknown;
  construct(target: Class, context: ResolutionContext): unknown;
}

const internal = (container: DependencyContainer): InternalContainer => container as InternalContainer;

/** The metadata key under which `@inject` stores the tokens of a class, by parameter index. */
const INJECTION_TOKENS = 'injectionTokens';

/** The start of the message with which tsyringe refuses a class that no decorator described. */
const TYPE_INFO_MESSAGE = 'TypeInfo not known';

/** The tokens of `@inject` on a class itself, by parameter index. */
export function injectTokensOf(target: Class): Readonly<Record<number, unknown>> {
  return (Reflect.getOwnMetadata(INJECTION_TOKENS, target) ?? {}) as Readonly<Record<number, unknown>>;
}

/** Whether tsyringe threw `error` because no decorator described the class that it should construct. */
export function isTypeInfoError(error: unknown): boolean {
  return isError(error) && error.message.startsWith(TYPE_INFO_MESSAGE);
}

/**
 * Returns what `intercept` returns wherever `container` resolves a registration; `resolve` continues with tsyringe.
 * `context` identifies the resolution.
 */
export function interceptResolution(
  container: DependencyContainer,
  intercept: (registration: Registration, resolve: (registration: Registration) => unknown, context: object) => unknown,
): void {
  const { resolveRegistration } = internal(container);
  internal(container).resolveRegistration = (registration, context) =>
    intercept(registration, (resolved) => resolveRegistration.call(container, resolved, context), context);
}

/**
 * Returns what `intercept` returns wherever `container` constructs a class; `construct` continues with tsyringe.
 * `context` identifies the resolution.
 */
export function interceptConstruction(
  container: DependencyContainer,
  intercept: (target: Class, construct: () => unknown, context: object) => unknown,
): void {
  const { construct } = internal(container);
  internal(container).construct = (target, context) =>
    intercept(target, () => construct.call(container, target, context), context);
}

/** The container that created this one; `undefined` for a root. */
export function parentOf(container: DependencyContainer): DependencyContainer | undefined {
  return internal(container).parent;
}

/** Resolves a registration in a container, as a resolution of its own: it shares no resolution-scoped objects. */
export function resolveIn(container: DependencyContainer, registration: Registration): unknown {
  return internal(container).resolveRegistration(registration, { scopedResolutions: new Map() });
}

/** A registration like the given one, without its instance. */
export function withoutInstance({ provider, options }: Registration): Registration {
  return { provider, options };
}

/** The lifecycle of a registration. */
export function lifecycleOf({ options }: Registration): Lifecycle {
  return options.lifecycle;
}

/** Whether a registration holds an instance already. */
export function hasInstance({ instance }: Registration): boolean {
  return instance !== undefined;
}

/** Whether a registration has a factory. */
export function hasFactory({ provider }: Registration): boolean {
  return 'useFactory' in provider;
}

/** The factory of a registration, or `undefined` where it has none. */
export function factoryOf({ provider }: Registration): unknown {
  return 'useFactory' in provider ? provider.useFactory : undefined;
}

/** The name of the class that a registration constructs, or `undefined` where it constructs none. */
export function classNameOf({ provider }: Registration): string | undefined {
  return (typeof provider === 'function' ? provider : provider.useClass)?.name;
}

/** The lifecycle with which a token is registered in a container or the nearest ancestor, or `undefined`. */
export function lifecycleOfToken(container: DependencyContainer, token: InjectionToken): Lifecycle | undefined {
  for (let at: InternalContainer | undefined = internal(container); at !== undefined; at = at.parent) {
    for (const [registered, registrations] of at._registry.entries()) {
      if (registered === token) return registrations.at(-1)?.options.lifecycle;
    }
  }
  return undefined;
}

/** The objects with a method `dispose` that a container constructed. */
export function disposablesOf(container: DependencyContainer): ReadonlySet<unknown> {
  return internal(container).disposables;
}

/** Whether tsyringe would dispose of an object that it constructed. */
export function isDisposable(object: object): boolean {
  const dispose: unknown = Reflect.get(object, 'dispose');
  return typeof dispose === 'function' && dispose.length === 0;
}

/** Takes an object from the disposables of a container. Returns whether it was one of them. */
export function releaseDisposable(container: DependencyContainer, object: unknown): boolean {
  return internal(container).disposables.delete(object);
}

/** Moves the disposables of a container to the ancestor that owns a registration, or to the root if none does. */
export function moveDisposablesToOwner(container: DependencyContainer, registration: Registration): void {
  const { disposables } = internal(container);
  addDisposablesToOwner(container, registration, disposables);
  disposables.clear();
}

/** Has the ancestor that owns a registration, or the root if none does, dispose of objects. */
export function addDisposablesToOwner(
  container: DependencyContainer,
  registration: Registration,
  objects: Iterable<unknown>,
): void {
  let owner = internal(container).parent;
  while (owner?.parent !== undefined && !registrationsOf(owner).includes(registration)) owner = owner.parent;
  for (const object of objects) owner?.disposables.add(object);
}

/** Describes a registration for an error message: by its class, or by the token under which it is registered. */
export function nameOfRegistration(container: DependencyContainer, registration: Registration): string {
  const className = classNameOf(registration);
  if (className !== undefined) return className;
  for (let at: InternalContainer | undefined = internal(container); at !== undefined; at = at.parent) {
    for (const [token, registrations] of at._registry.entries()) {
      if (!registrations.includes(registration)) continue;
      if (typeof token === 'function') return token.name;
      if (typeof token === 'string') return `the token "${token}"`;
      if (typeof token === 'symbol') return `the token ${String(token)}`;
    }
  }
  return 'a registered token';
}

function registrationsOf(container: InternalContainer): Registration[] {
  return [...container._registry.entries()].flatMap(([, registrations]) => registrations);
}

/** Which features the tsyringe in use supports. */
export interface SupportedFeatures {
  /** Whether resolution can be intercepted: disposal, CAPTIVE_DEPENDENCY, context and event in singletons. */
  readonly interception: boolean;
  /** Whether the reason of a failed resolution can be found: UNRESOLVABLE_DEPENDENCY. */
  readonly explanation: boolean;
}

/**
 * Checks the private members on a child of `parent`, which is discarded, and on the decorators. Where members are
 * missing or changed, logs one warning that names them and what is lost. Never throws.
 */
export function checkInternals(parent: DependencyContainer): SupportedFeatures {
  let child: DependencyContainer;
  try {
    child = parent.createChildContainer();
  } catch {
    // The container has been disposed of: tsyringe throws when it is used.
    return { interception: false, explanation: true };
  }
  const container = missingContainerMembers(parent, child);
  const errors = missingErrorMembers(child);
  if (container.length > 0) {
    warnOnce(
      `tsyringe has changed: its private members ${[...container, ...errors].join(', ')} are missing or different. Invocations use plain child containers: services are not disposed of, CAPTIVE_DEPENDENCY is not detected, singletons may keep objects of the invocation that created them, and injection errors are tsyringe's own. Install tsyringe ~4.10.0.`,
    );
  } else if (errors.length > 0) {
    warnOnce(
      `tsyringe has changed: its private members ${errors.join(', ')} are missing or different. Injection errors are tsyringe's own instead of UNRESOLVABLE_DEPENDENCY. Install tsyringe ~4.10.0.`,
    );
  }
  const interception = container.length === 0;
  return { interception, explanation: interception && errors.length === 0 };
}

/** Resolves a class in a container of its own and compares what tsyringe does with what this file expects. */
function missingContainerMembers(parent: DependencyContainer, container: DependencyContainer): string[] {
  class Target {
    dispose(): void {}
  }
  const token = Symbol('fc-traced');
  const child = internal(container);
  const { resolveRegistration, construct } = child;
  let resolved: Registration | undefined;
  let scopedResolutions: unknown;
  let constructed: unknown;
  const made = attempt(() => {
    child.register(token, { useClass: Target }, { lifecycle: Lifecycle.ContainerScoped });
    child.resolveRegistration = (registration, context) => {
      resolved = registration;
      ({ scopedResolutions } = context);
      return resolveRegistration.call(child, registration, context);
    };
    child.construct = (target, context) => {
      constructed = target;
      return construct.call(child, target, context);
    };
    return child.resolve(token);
  });
  const registered = attempt(() => registrationsOf(child).at(-1));
  const registration = resolved ?? registered;
  const expectations: Readonly<Record<string, () => boolean>> = {
    parent: () => child.parent === parent,
    _registry: () => registered !== undefined,
    resolveRegistration: () => resolved !== undefined,
    construct: () => constructed === Target,
    disposables: () => child.disposables.has(made) && child.disposables.delete(made),
    scopedResolutions: () =>
      resolved === undefined || typeof (scopedResolutions as Map<unknown, unknown>).get === 'function',
    provider: () => registration === undefined || classNameOf(registration) === Target.name,
    options: () => registration === undefined || registration.options.lifecycle === Lifecycle.ContainerScoped,
    instance: () => registration === undefined || registration.instance === made,
  };
  return Object.keys(expectations).filter((member) => attempt(expectations[member]!) !== true);
}

/**
 * Decorates a class and constructs an undecorated one to see whether tsyringe keeps and says what this file expects.
 */
function missingErrorMembers(child: DependencyContainer): string[] {
  class Undecorated {
    constructor(readonly parameter: unknown) {}
  }
  const expectations: Readonly<Record<string, () => boolean>> = {
    [`"${TYPE_INFO_MESSAGE}"`]: () => {
      try {
        child.resolve(Undecorated);
        return false;
      } catch (error) {
        return isTypeInfoError(error);
      }
    },
    [`"${INJECTION_TOKENS}"`]: () => {
      inject('token')(Undecorated, undefined, 0);
      return (injectTokensOf(Undecorated)[0] as { token?: unknown }).token === 'token';
    },
  };
  return Object.keys(expectations).filter((member) => attempt(expectations[member]!) !== true);
}

function attempt<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
