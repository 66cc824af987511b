import { Lifecycle } from 'tsyringe';
import type { DependencyContainer } from 'tsyringe';
import { createChild, isOwnFactory, valuesForSingletons } from './child-container';
import type { FactoryKind } from './factory-kind';
import type { FailureRecorder } from './resolution-errors';
import {
  factoryOf,
  hasFactory,
  interceptResolution,
  lifecycleOf,
  moveDisposablesToOwner,
  nameOfRegistration,
} from './tsyringe-internals';
import type { Registration } from './tsyringe-internals';

/** How long the objects of the factory of a registration live; `undefined` if it has no factory. */
export function factoryKind(registration: Registration): FactoryKind | undefined {
  const factory = factoryOf(registration);
  if (factory === undefined) return undefined;
  if (isOwnFactory(factory)) return 'call';
  return (require('./factory-kind') as typeof import('./factory-kind')).factoryKindOf(factory);
}

/** Whether the object of a registration outlives the invocations: that of a singleton, or of a factory that keeps it. */
export function outlivesInvocations(registration: Registration): boolean {
  return lifecycleOf(registration) === Lifecycle.Singleton || factoryKind(registration) === 'instance';
}

/**
 * Creates the container that constructs singletons. A singleton that the child container of an invocation constructs
 * would be disposed of with that container, although it is still in use, and would keep objects of that invocation.
 */
export function createApplicationContainer(
  parent: DependencyContainer,
  failures: FailureRecorder,
): DependencyContainer {
  const application = createChild(parent, valuesForSingletons);
  failures.attachTo(application);
  /** The singletons under construction, outermost first. */
  let building: Registration[] = [];
  const nameOf = (registration: Registration): string => nameOfRegistration(application, registration);
  interceptResolution(application, (registration, resolve) => {
    if (lifecycleOf(registration) === Lifecycle.ContainerScoped) {
      const { captiveDependency, captiveInCachingFactory } =
        require('./captive-dependency') as typeof import('./captive-dependency');
      const keeping = building.at(-1);
      const thrown =
        keeping !== undefined && hasFactory(keeping)
          ? captiveInCachingFactory(nameOf(keeping), nameOf(registration))
          : captiveDependency(keeping === undefined ? undefined : nameOf(keeping), nameOf(registration));
      failures.record({ target: undefined, thrown });
      throw thrown;
    }
    if (!outlivesInvocations(registration)) return resolve(registration);
    const outer = building;
    building = [...outer, registration];
    try {
      return resolve(registration);
    } finally {
      building = outer;
      // Objects created with a singleton live as long as it does: the container that owns the registration disposes of
      // them.
      if (building.length === 0) moveDisposablesToOwner(application, registration);
    }
  });
  return application;
}
