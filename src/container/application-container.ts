import { Lifecycle } from 'tsyringe';
import type { DependencyContainer } from 'tsyringe';
import { FcTracedError } from '../errors';
import { contextProxy, createChild, eventProxy } from './child-container';
import type { FailureRecorder } from './resolution-errors';
import { classNameOf, interceptResolution, lifecycleOf, moveDisposablesToOwner } from './tsyringe-internals';
import type { Registration } from './tsyringe-internals';

/**
 * Creates the container that constructs singletons. A singleton that the child container of an invocation constructs
 * would be disposed of with that container, although it is still in use, and would keep objects of that invocation.
 */
export function createApplicationContainer(
  parent: DependencyContainer,
  failures: FailureRecorder,
): DependencyContainer {
  const application = createChild(parent, { context: contextProxy, event: eventProxy });
  failures.attachTo(application);
  /** Names of the singletons under construction, outermost first. */
  let building: string[] = [];
  interceptResolution(application, (registration, resolve) => {
    const lifecycle = lifecycleOf(registration);
    if (lifecycle === Lifecycle.ContainerScoped) {
      const thrown = captiveDependency(building.at(-1), nameOf(registration));
      failures.record({ target: undefined, thrown });
      throw thrown;
    }
    if (lifecycle !== Lifecycle.Singleton) return resolve(registration);
    const outer = building;
    building = [...outer, nameOf(registration)];
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

function nameOf(registration: Registration): string {
  return classNameOf(registration) ?? 'a registered token';
}

/** `singleton` is undefined if it resolves the dependency after its construction: through `delay`, or in a factory. */
function captiveDependency(singleton: string | undefined, dependency: string): FcTracedError {
  return new FcTracedError(
    'CAPTIVE_DEPENDENCY',
    `${singleton === undefined ? 'A singleton' : `The singleton ${singleton}`} injects ${dependency}, which is scoped to one invocation, so it would keep the ${dependency} of the first invocation. Make ${singleton ?? 'the singleton'} scoped to the invocation (@Service({ scope: 'invocation' })), or ${dependency} a singleton.`,
  );
}
