import { FcTracedError } from '../errors';

/**
 * The error for a singleton that injects an object of one invocation. `singleton` is undefined if it resolves the
 * dependency after its construction: through `delay`, or in a factory.
 */
export function captiveDependency(singleton: string | undefined, dependency: string): FcTracedError {
  const subject =
    singleton === undefined
      ? 'A singleton'
      : /^(the|a) /.test(singleton)
        ? `The singleton of ${singleton}`
        : `The singleton ${singleton}`;
  return new FcTracedError(
    'CAPTIVE_DEPENDENCY',
    `${subject} injects ${dependency}, which is scoped to one invocation, so it would keep the ${dependency} of the first invocation. Make ${singleton ?? 'the singleton'} scoped to the invocation (@Service({ scope: 'invocation' })), or ${dependency} a singleton.`,
  );
}

/** The error for a factory that returns one object for ever, and needs an object of one invocation for it. */
export function captiveInCachingFactory(factory: string, dependency: string): FcTracedError {
  return new FcTracedError(
    'CAPTIVE_DEPENDENCY',
    `The factory of ${factory} keeps one object for all invocations (instanceCachingFactory), which would keep the ${dependency} of the first invocation. Use instancePerContainerCachingFactory, or make ${dependency} a singleton.`,
  );
}

/** The error for a factory that returned an object of an earlier invocation. `kept` is what belongs to that one. */
export function captiveInFactory(factory: string, kept: string): FcTracedError {
  return new FcTracedError(
    'CAPTIVE_DEPENDENCY',
    `The factory of ${factory} returned an object with ${kept} of another invocation: it keeps what it resolved in that one. Let the factory resolve it in each call, keep one object for each container (instancePerContainerCachingFactory), or keep only objects that do not belong to an invocation.`,
  );
}

/** The error for an invocation's container that resolves an object of its invocation while another one is running. */
export function captiveContainer(dependency: string): FcTracedError {
  return new FcTracedError(
    'CAPTIVE_DEPENDENCY',
    `${dependency} was resolved with the container of another invocation: a factory or delay keeps that container. Use the container that the factory gets in each call.`,
  );
}
