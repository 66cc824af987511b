import type { InjectionToken } from 'tsyringe';
import { FcTracedError } from '../errors';
import type { Class, OpenContainer } from './child-container';
import { explainUnresolvable, isPlaceholder } from './dependency-graph';

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
