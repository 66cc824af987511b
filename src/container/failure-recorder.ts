import type { DependencyContainer, InjectionToken } from 'tsyringe';
import { FcTracedError } from '../errors';
import { isPlaceholder } from './constructor-parameters';
import { explainUnresolvable } from './resolution-errors';
import type { IsRegistered } from './resolution-errors';
import { hasFactory, interceptConstruction, interceptResolution } from './tsyringe-internals';
import type { Class } from './tsyringe-internals';

/** A construction that failed: of a class, or in a factory (`target` is undefined). */
interface Failure {
  readonly target: Class | undefined;
  readonly thrown: unknown;
}

/**
 * Records the innermost failure of a resolution: tsyringe wraps an error once for each class that it passes through, and only the
 * first is the program's. Resolution is synchronous, so one recorder serves several containers.
 */
export class FailureRecorder {
  private failure: Failure | undefined;

  /** `isExplained`: whether failures of injection become UNRESOLVABLE_DEPENDENCY. */
  constructor(
    private readonly isRegistered: IsRegistered,
    private readonly isExplained: boolean,
  ) {}

  /** Records a failure, unless an inner one is recorded already. */
  record(failure: Failure): void {
    this.failure ??= failure;
  }

  /** Resolves a token. Throws what a constructor or factory threw, or UNRESOLVABLE_DEPENDENCY where injection failed. */
  resolve<T>(container: DependencyContainer, token: InjectionToken<T>): T {
    this.failure = undefined;
    try {
      return container.resolve(token);
    } catch (error) {
      const { target, thrown } = (this.failure as Failure | undefined) ?? { target: undefined, thrown: error };
      if (thrown instanceof FcTracedError || target === undefined || !this.isExplained) throw thrown;
      throw explainUnresolvable(target, this.isRegistered, thrown) ?? thrown;
    }
  }

  /** Records the failures of a container. */
  attachTo(container: DependencyContainer): void {
    const recording = (target: Class | undefined, make: () => unknown): unknown => {
      const before = this.failure;
      try {
        const made = make();
        // A factory caught the failure of something that it resolved, so it is no longer the reason for a later one.
        this.failure = before;
        return made;
      } catch (thrown) {
        // Where a placeholder cannot be constructed, the class that injects it is to blame.
        if (target === undefined || !isPlaceholder(target)) this.record({ target, thrown });
        throw thrown;
      }
    };
    interceptConstruction(container, recording);
    interceptResolution(container, (registration, resolve) =>
      hasFactory(registration) ? recording(undefined, () => resolve(registration)) : resolve(registration),
    );
  }
}
