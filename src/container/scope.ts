import { performance } from '../clock';
import { container as globalContainer, injectable, Lifecycle } from 'tsyringe';
import type { DependencyContainer, InjectionToken } from 'tsyringe';
import { countError } from '../diagnostics';
import type { Invocation } from '../tracing/context/invocation';
import { settledWithin } from '../tracing/telemetry/shared-flush';
import { createApplicationContainer, factoryKind, outlivesInvocations } from './application-container';
import { createChild, isResolvableToken, valuesForSingletons } from './child-container';
import { InvocationObjects, isPlainObject } from './invocation-objects';
import { FailureRecorder, findUnresolvable, hasNoParameters, singletonsBelow } from './resolution-errors';
import {
  checkInternals,
  disposablesOf,
  hasFactory,
  hasInstance,
  interceptConstruction,
  interceptResolution,
  isDisposable,
  lifecycleOf,
  lifecycleOfToken,
  nameOfRegistration,
  resolveIn,
  withoutInstance,
} from './tsyringe-internals';
import type { Class, Registration, SupportedFeatures } from './tsyringe-internals';

/**
 * Disposes of the objects that were constructed, in the reverse order of their construction, each after the
 * one before it. Resolves after `timeoutMillis` at the latest; failures are counted.
 */
async function disposeOf(services: Iterable<unknown>, timeoutMillis: number): Promise<void> {
  const failed = (): void => countError('a service failed while it was disposed of after its invocation');
  const deadline = performance.now() + timeoutMillis;
  // tsyringe's own `dispose` stops at the first service that throws, so each is called separately.
  const dispose = async (service: unknown): Promise<void> => {
    try {
      await (service as { dispose(): unknown }).dispose();
    } catch {
      failed();
    }
  };
  let isLate = false;
  for (const service of [...services].reverse()) {
    const disposed = dispose(service);
    // A service that hangs keeps no other from being disposed of.
    if (isLate || (await settledWithin(disposed, Math.max(0, deadline - performance.now())))) continue;
    isLate = true;
    failed();
  }
}

/** The objects of one invocation. */
export interface Scope {
  /**
   * Constructs the handler and its dependencies. Throws what a constructor throws, UNRESOLVABLE_DEPENDENCY or
   * CAPTIVE_DEPENDENCY.
   */
  resolveHandler(): object;
  /** Whether there is something to dispose of. */
  readonly hasDisposables: boolean;
  /** Disposes of the services of this invocation only. Resolves after `timeoutMillis` at the latest; never rejects. */
  dispose(timeoutMillis: number): Promise<void>;
}

/** Creates a scope for each invocation: a child container of its own. One container is shared by all singletons. */
export class ScopeFactory {
  private readonly features: SupportedFeatures;
  private readonly failures: FailureRecorder;
  private application: DependencyContainer | undefined;
  /** Whether nothing is injected into the handler, so that it needs no container. */
  private readonly isIndependent: boolean;

  constructor(
    private readonly handlerClass: Class,
    private readonly parent: DependencyContainer = globalContainer,
  ) {
    this.features = checkInternals(parent);
    this.failures = new FailureRecorder(this.isRegistered, this.features.explanation);
    // For an undecorated class that extends a decorated one: tsyringe would call the inherited constructor without
    // arguments.
    if (handlerClass.length === 0) injectable()(handlerClass);
    this.isIndependent = this.features.explanation && hasNoParameters(handlerClass);
  }

  /**
   * Checks that the handler can be constructed, and constructs its singletons, so that no invocation waits for them.
   */
  prepare(): void {
    const problem = this.features.explanation ? findUnresolvable(this.handlerClass, this.isRegistered) : undefined;
    if (problem !== undefined) throw problem;
    if (!this.features.interception) return;
    const isSingleton = (token: InjectionToken): boolean =>
      lifecycleOfToken(this.parent, token) === Lifecycle.Singleton;
    for (const token of singletonsBelow(this.handlerClass, isSingleton)) {
      this.failures.resolve(this.applicationContainer(), token);
    }
  }

  /** Opens the scope of an invocation. */
  open(invocation: Invocation): Scope {
    const { handlerClass } = this;
    if (!this.features.interception) return plainScope(this.parent, invocation, handlerClass);
    if (this.isIndependent && !this.parent.isRegistered(handlerClass as InjectionToken, true)) {
      return new IndependentScope(handlerClass);
    }
    const objects = new InvocationObjects(invocation);
    const child = createChild(this.parent, objects);
    this.intercept(child, objects);
    return new ContainerScope(child, handlerClass, this.failures);
  }

  /**
   * Has singletons constructed by the application container, and container-scoped classes once for each invocation.
   * Tracks what factories may keep.
   */
  private intercept(child: DependencyContainer, objects: InvocationObjects): void {
    let copies: Map<Registration, Registration> | undefined;
    interceptConstruction(child, (_, make, context) => objects.trackConstruction(child, context, make));
    interceptResolution(child, (registration, resolve, context) => {
      if (outlivesInvocations(registration)) {
        return hasInstance(registration) ? resolve(registration) : resolveIn(this.applicationContainer(), registration);
      }
      if (hasFactory(registration)) {
        return factoryKind(registration) === 'call'
          ? resolve(registration)
          : objects.callFactory(child, registration, () => resolve(registration));
      }
      if (lifecycleOf(registration) !== Lifecycle.ContainerScoped) return resolve(registration);
      const name = nameOfRegistration(child, registration);
      if (objects.isOfAnother()) {
        const { captiveContainer } = require('./captive-dependency') as typeof import('./captive-dependency');
        const thrown = captiveContainer(name);
        this.failures.record({ target: undefined, thrown });
        throw thrown;
      }
      // tsyringe copies registrations only from the direct parent. One that it did not copy would keep its instance.
      const own = copies?.get(registration) ?? withoutInstance(registration);
      (copies ??= new Map()).set(registration, own);
      return objects.resolveOwned(name, registration, context, () => resolve(own));
    });
    // After the above, so that the errors that it throws are recorded as well.
    this.failures.attachTo(child);
  }

  private applicationContainer(): DependencyContainer {
    this.application ??= createApplicationContainer(this.parent, this.failures);
    return this.application;
  }

  private readonly isRegistered = (token: InjectionToken): boolean => isResolvableToken(this.parent, token);
}

/**
 * A scope that uses only what is public in tsyringe: nothing is disposed of, and failures are tsyringe's own errors. A
 * singleton keeps the context and event that it gets, so all classes get proxies where these behave like the object
 * itself.
 */
function plainScope(parent: DependencyContainer, { event }: Invocation, handlerClass: Class): Scope {
  const values = isPlainObject(event) ? valuesForSingletons : { ...valuesForSingletons, event };
  const child = createChild(parent, values);
  return {
    resolveHandler: () => child.resolve(handlerClass as InjectionToken<object>),
    hasDisposables: false,
    dispose: async () => {},
  };
}

/** The scope of a handler that a container constructs. A class: a getter in a literal costs a hidden class for each. */
class ContainerScope implements Scope {
  constructor(
    private readonly child: DependencyContainer,
    private readonly handlerClass: Class,
    private readonly failures: FailureRecorder,
  ) {}

  resolveHandler(): object {
    return this.failures.resolve(this.child, this.handlerClass as InjectionToken<object>);
  }

  get hasDisposables(): boolean {
    return disposablesOf(this.child).size > 0;
  }

  dispose(timeoutMillis: number): Promise<void> {
    return disposeOf(disposablesOf(this.child), timeoutMillis);
  }
}

/** The scope of a handler without dependencies, which is constructed as tsyringe does, but without a container. */
class IndependentScope implements Scope {
  private disposable: object | undefined;

  constructor(private readonly handlerClass: Class) {}

  resolveHandler(): object {
    const handler = new this.handlerClass();
    if (isDisposable(handler)) this.disposable = handler;
    return handler;
  }

  get hasDisposables(): boolean {
    return this.disposable !== undefined;
  }

  dispose(timeoutMillis: number): Promise<void> {
    return disposeOf([this.disposable], timeoutMillis);
  }
}
