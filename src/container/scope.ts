import { container as globalContainer, injectable, Lifecycle } from 'tsyringe';
import type { DependencyContainer, InjectionToken } from 'tsyringe';
import { countError } from '../diagnostics';
import type { Invocation } from '../tracing/context/invocation';
import { settledWithin } from '../tracing/telemetry/shared-flush';
import { applicationContainer } from './application-container';
import { childOf, isKnownTo, lifecycleIn } from './child-container';
import type { Class, OpenContainer, Registration } from './child-container';
import { FailureWatch, findUnresolvable, singletonsBelow } from './resolution-errors';

/** Disposes of what was made in an invocation's container. Resolves at the latest after `timeoutMillis`; never rejects: what fails is counted. */
export async function disposeOf(child: OpenContainer, timeoutMillis: number): Promise<void> {
  if (child.disposables.size === 0) return;
  const failed = (): void => countError('a service failed while it was disposed of after its invocation');
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

/** The objects of one invocation. */
export interface Scope {
  /** The handler, newly made with all that it needs. Throws what a constructor throws, or UNRESOLVABLE_DEPENDENCY. */
  resolveHandler(): object;
  /** Disposes of what was made for this invocation, and of nothing else. Resolves at the latest after `timeoutMillis`; never rejects. */
  dispose(timeoutMillis: number): Promise<void>;
}

/** Makes scopes: a child container for each invocation, and one for what outlives them. */
export class ScopeFactory {
  private readonly failures: FailureWatch;
  private application: OpenContainer | undefined;

  constructor(
    private readonly handlerClass: Class,
    private readonly parent: DependencyContainer = globalContainer,
  ) {
    this.failures = new FailureWatch(this.isKnown);
    // A class that extends a decorated one without a decorator of its own: tsyringe would call the inherited constructor with nothing.
    if (handlerClass.length === 0) injectable()(handlerClass);
  }

  /** Checks that the handler can be built, and makes the singletons it needs, so that no answer waits for them. */
  prepare(): void {
    const problem = findUnresolvable(this.handlerClass, this.isKnown);
    if (problem !== undefined) throw problem;
    const isSingleton = (token: InjectionToken): boolean =>
      lifecycleIn(this.parent as OpenContainer, token) === Lifecycle.Singleton;
    for (const token of singletonsBelow(this.handlerClass, isSingleton)) {
      this.failures.resolve(this.applicationContainer(), token);
    }
  }

  /** Opens the scope of an invocation. */
  open(invocation: Invocation): Scope {
    const child = childOf(this.parent, invocation);
    this.interceptChild(child);
    return {
      resolveHandler: () => this.failures.resolve(child, this.handlerClass as InjectionToken<object>),
      dispose: (timeoutMillis) => disposeOf(child, timeoutMillis),
    };
  }

  /** Sends singletons to the application's container, and gives each invocation its own of what is container-scoped. */
  private interceptChild(child: OpenContainer): void {
    this.failures.watch(child);
    const { resolveRegistration } = child;
    const copies = new Map<Registration, Registration>();
    child.resolveRegistration = (registration, context) => {
      const { lifecycle } = registration.options;
      // With a memory of resolutions of its own: from this one's, the singleton would keep objects of the invocation.
      if (lifecycle === Lifecycle.Singleton && registration.instance === undefined) {
        return this.applicationContainer().resolveRegistration(registration, { scopedResolutions: new Map() });
      }
      if (lifecycle !== Lifecycle.ContainerScoped) return resolveRegistration.call(child, registration, context);
      // A registration that tsyringe did not copy into this child would keep its instance for the next invocation.
      const own = copies.get(registration) ?? { provider: registration.provider, options: registration.options };
      copies.set(registration, own);
      return resolveRegistration.call(child, own, context);
    };
  }

  private applicationContainer(): OpenContainer {
    this.application ??= applicationContainer(this.parent, this.failures);
    return this.application;
  }

  private readonly isKnown = (token: InjectionToken): boolean => isKnownTo(this.parent, token);
}
