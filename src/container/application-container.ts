import { Lifecycle } from 'tsyringe';
import type { DependencyContainer } from 'tsyringe';
import { FcTracedError } from '../errors';
import { childOf, contextFacade, eventFacade } from './child-container';
import type { OpenContainer, Registration } from './child-container';
import type { FailureWatch } from './resolution-errors';

/**
 * The container that makes singletons. Through the child container of an invocation they would be disposed of with it and used on,
 * and would keep for ever what belonged to the first invocation.
 */
export function applicationContainer(parent: DependencyContainer, failures: FailureWatch): OpenContainer {
  const application = childOf(parent, { context: contextFacade, event: eventFacade });
  failures.watch(application);
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
      failures.note({ target: undefined, thrown });
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
  return application;
}

function nameOf({ provider }: Registration): string {
  const target = typeof provider === 'function' ? provider : provider.useClass;
  return target?.name ?? 'a registered token';
}

/** What was made along with a singleton lives as long as it: the container that owns the registration disposes of it. */
function handOver(application: OpenContainer, registration: Registration): void {
  let owner: OpenContainer | undefined = application.parent;
  while (
    owner?.parent !== undefined &&
    ![...owner._registry.entries()].some(([, registrations]) => registrations.includes(registration))
  ) {
    owner = owner.parent;
  }
  for (const disposable of application.disposables) owner?.disposables.add(disposable);
  application.disposables.clear();
}
