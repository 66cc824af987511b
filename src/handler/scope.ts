import { container as globalContainer, injectable, Lifecycle } from 'tsyringe';
import type { DependencyContainer, InjectionToken } from 'tsyringe';
import { ACTIVE_SPAN, FC_CONTEXT, FC_EVENT, TRACER } from '../decorators/tokens';
import { FcTracedError } from '../errors';
import { ambientSpan } from '../tracing/ambient-span';
import { ambientTracer } from '../tracing/ambient-telemetry';
import { countAndTell } from '../tracing/counters';
import type { Invocation } from '../tracing/invocation';
import { settledWithin } from '../tracing/shared-flush';
import { explainUnresolvable, findUnresolvable, isPlaceholder, singletonsBelow } from './scope-graph';
import { contextFacade, eventFacade } from './invocation-facade';

type Class = new (...args: never[]) => object;

/** A construction that failed: of the innermost class, and so the one at fault; of none, where a factory threw. */
interface Failure {
  readonly target: Class | undefined;
  readonly thrown: unknown;
}

/** tsyringe's record of one registration. */
interface Registration {
  readonly provider: { readonly useClass?: Class } | Class;
  readonly options: { readonly lifecycle: Lifecycle };
  instance?: unknown;
}

/**
 * What of tsyringe's container is not in its types, and yet the only place where its two traps can be mended (see
 * docs/architecture.md). A test pins these members for the version that is installed.
 */
interface OpenContainer extends DependencyContainer {
  readonly parent?: OpenContainer;
  readonly _registry: { entries(): Iterable<readonly [InjectionToken, readonly Registration[]]> };
  readonly disposables: Set<unknown>;
  resolveRegistration(registration: Registration, context: unknown): unknown;
  construct(target: Class, context: unknown): unknown;
}

/** The objects of one invocation. */
export interface Scope {
  /** The handler, newly made with all that it needs. Throws what a constructor throws, or UNRESOLVABLE_DEPENDENCY. */
  resolveHandler(): object;
  /** Disposes of what was made for this invocation, and of nothing else. Resolves at the latest after `timeoutMillis`; never rejects. */
  dispose(timeoutMillis: number): Promise<void>;
}

/** Makes scopes: a child container for each invocation, and one for what outlives them. */
export class ScopeFactory {
  private application: OpenContainer | undefined;
  private failure: Failure | undefined;

  constructor(
    private readonly handlerClass: Class,
    private readonly parent: DependencyContainer = globalContainer,
  ) {
    // A class that extends a decorated one without a decorator of its own: tsyringe would call the inherited constructor with nothing.
    if (handlerClass.length === 0) injectable()(handlerClass);
  }

  /** Checks that the handler can be built, and makes the singletons it needs, so that no answer waits for them. */
  prepare(): void {
    const problem = findUnresolvable(this.handlerClass, this.isKnown);
    if (problem !== undefined) throw problem;
    for (const token of singletonsBelow(this.handlerClass, (candidate) => this.lifecycleOf(candidate) === Lifecycle.Singleton)) this.resolve(this.applicationContainer(), token);
  }

  open(invocation: Invocation): Scope {
    const child = this.parent.createChildContainer() as OpenContainer;
    provide(child, this.parent, [
      [TRACER, ambientTracer],
      [ACTIVE_SPAN, ambientSpan],
      [FC_CONTEXT, invocation.context],
      [FC_EVENT, invocation.event],
    ]);
    this.interceptChild(child);
    return {
      resolveHandler: () => this.resolve(child, this.handlerClass as InjectionToken<object>),
      dispose: (timeoutMillis) => disposeOf(child, timeoutMillis),
    };
  }

  /** Sends singletons to the application's container, and gives each invocation its own of what is container-scoped. */
  private interceptChild(child: OpenContainer): void {
    this.watch(child);
    const { resolveRegistration } = child;
    const copies = new Map<Registration, Registration>();
    child.resolveRegistration = (registration, context) => {
      const { lifecycle } = registration.options;
      // With a memory of resolutions of its own: from this one's, the singleton would keep objects of the invocation.
      if (lifecycle === Lifecycle.Singleton && registration.instance === undefined) return this.applicationContainer().resolveRegistration(registration, { scopedResolutions: new Map() });
      if (lifecycle !== Lifecycle.ContainerScoped) return resolveRegistration.call(child, registration, context);
      // A registration that tsyringe did not copy into this child would keep its instance for the next invocation.
      const own = copies.get(registration) ?? { provider: registration.provider, options: registration.options };
      copies.set(registration, own);
      return resolveRegistration.call(child, own, context);
    };
  }

  /** Resolves a token; what a constructor threw comes out as it was, a mistake of injection as UNRESOLVABLE_DEPENDENCY. */
  private resolve<T>(container: OpenContainer, token: InjectionToken<T>): T {
    this.failure = undefined;
    try {
      return container.resolve(token);
    } catch (error) {
      const { target, thrown } = (this.failure as Failure | undefined) ?? { target: this.handlerClass, thrown: error };
      if (thrown instanceof FcTracedError) throw thrown;
      throw (target && explainUnresolvable(target, this.isKnown, thrown)) ?? thrown;
    }
  }

  /**
   * tsyringe wraps an error once for each class on its way out: the first is the one that counts. What failed inside of a factory
   * that went on without it, is settled.
   */
  private watch(container: OpenContainer): void {
    const { construct, resolveRegistration } = container;
    const watched = (target: Class | undefined, make: () => unknown): unknown => {
      const before = this.failure;
      try {
        const made = make();
        this.failure = before;
        return made;
      } catch (thrown) {
        // That nothing can be made for a placeholder is the fault of the class that asks for it.
        if (target === undefined || !isPlaceholder(target)) this.failure ??= { target, thrown };
        throw thrown;
      }
    };
    container.construct = (target, context) => watched(target, () => construct.call(container, target, context));
    container.resolveRegistration = (registration, context) => {
      const make = (): unknown => resolveRegistration.call(container, registration, context);
      return 'useFactory' in registration.provider ? watched(undefined, make) : make();
    };
  }

  /**
   * The container that makes singletons. Through a child container they would be disposed of with it and used on, and would keep
   * for ever what belonged to the first invocation.
   */
  private applicationContainer(): OpenContainer {
    if (this.application !== undefined) return this.application;
    const application = this.parent.createChildContainer() as OpenContainer;
    provide(application, this.parent, [
      [TRACER, ambientTracer],
      [ACTIVE_SPAN, ambientSpan],
      [FC_CONTEXT, contextFacade],
      [FC_EVENT, eventFacade],
    ]);
    this.watch(application);
    const { resolveRegistration } = application;
    let building: string[] = [];
    application.resolveRegistration = (registration, context) => {
      const { lifecycle } = registration.options;
      const name = nameOf(registration);
      if (lifecycle === Lifecycle.ContainerScoped) {
        // Outside of any construction it is asked for later on: by `delay`, or by a factory that kept the container.
        const keeper = building.at(-1) ?? 'that asks for it later';
        const thrown = new FcTracedError(
          'CAPTIVE_DEPENDENCY',
          `The singleton ${keeper} injects ${name}, which belongs to one invocation: it would keep the first invocation's for ever. Make ${building.at(-1) ?? 'the singleton'} scoped to the invocation (@Service({ scope: 'invocation' })), or ${name} a singleton.`,
        );
        this.failure ??= { target: undefined, thrown };
        throw thrown;
      }
      if (lifecycle !== Lifecycle.Singleton) return resolveRegistration.call(application, registration, context);
      const outer = building;
      building = [...outer, name];
      try {
        return resolveRegistration.call(application, registration, context);
      } finally {
        building = outer;
        if (building.length === 0) handOver(application, registration);
      }
    };
    this.application = application;
    return application;
  }

  private readonly isKnown = (token: InjectionToken): boolean => [TRACER, ACTIVE_SPAN, FC_CONTEXT, FC_EVENT].includes(token as symbol) || this.parent.isRegistered(token, true);

  private lifecycleOf(token: InjectionToken): Lifecycle | undefined {
    for (let at: OpenContainer | undefined = this.parent as OpenContainer; at !== undefined; at = at.parent) {
      for (const [known, registrations] of at._registry.entries()) if (known === token) return registrations.at(-1)?.options.lifecycle;
    }
    return undefined;
  }
}

function nameOf({ provider }: Registration): string {
  const target = typeof provider === 'function' ? provider : provider.useClass;
  return target?.name ?? 'a registered token';
}

function provide(container: DependencyContainer, parent: DependencyContainer, values: readonly (readonly [InjectionToken, unknown])[]): void {
  // What the user registered under one of our tokens, a test double say, goes first. A factory, since tsyringe takes no undefined value.
  for (const [token, value] of values) if (!parent.isRegistered(token, true)) container.register(token, { useFactory: () => value });
}

/** What was made along with a singleton lives as long as it: the container that owns the registration disposes of it. */
function handOver(application: OpenContainer, registration: Registration): void {
  let owner: OpenContainer | undefined = application.parent;
  while (owner?.parent !== undefined && ![...owner._registry.entries()].some(([, registrations]) => registrations.includes(registration))) owner = owner.parent;
  for (const disposable of application.disposables) owner?.disposables.add(disposable);
  application.disposables.clear();
}

async function disposeOf(child: OpenContainer, timeoutMillis: number): Promise<void> {
  if (child.disposables.size === 0) return;
  const failed = (): void => countAndTell('fc_traced.telemetry_errors', 1, 'a service failed while it was disposed of after its invocation');
  // A constructor-made disposable may throw at once; tsyringe then leaves the others undisposed, so each is asked by itself.
  const all = [...child.disposables].map(async (disposable) => {
    try {
      await (disposable as { dispose(): unknown }).dispose();
    } catch {
      failed();
    }
  });
  if (!(await settledWithin(Promise.all(all), timeoutMillis))) failed();
}
