import { types } from 'node:util';
import { countError } from '../../diagnostics';
import { FcTracedError } from '../../errors';
import { hasTag, isReadableStream, isWritableStream } from '../../realms';
import { dataProperty } from '../../safe-access';
import { state } from '../telemetry/state';
import type { EndStrategy } from './end-strategy';
import type { BuiltInStrategy, FollowedCall } from './followed-call';
import { isCursor, iteratorEndStrategy } from './iterator';
import { nodeStreamEndStrategy } from './node-stream';
import { hasThen, promiseEndStrategy } from './promise';
import type { WebStream } from './web-stream';

/** The call that a value belongs to, and the position of the value in the order of followed values. */
interface Followed {
  readonly call: FollowedCall;
  readonly order: number;
}

const followed = new WeakMap<object, Followed>();

// The files of these kinds are loaded when the first such value is followed.
const observableEndStrategy: BuiltInStrategy = {
  supports: (value): value is object =>
    typeof dataProperty(value, 'subscribe') === 'function' && typeof dataProperty(value, 'pipe') === 'function',
  follow: (value, call) => (require('./observable') as typeof import('./observable')).followObservable(value, call),
};
const webStreamEndStrategy: BuiltInStrategy<WebStream> = {
  supports: (value): value is WebStream =>
    isReadableStream(value) || isWritableStream(value) || hasTag(value, 'TransformStream'),
  follow: (stream, call) => (require('./web-stream') as typeof import('./web-stream')).followWebStream(stream, call),
};
/** A fetch `Response`, of Node.js or of another implementation. */
const responseEndStrategy: BuiltInStrategy<Response> = {
  // Recognized by its tag: accessing the global `Response` makes Node.js load fetch, which takes tens of milliseconds.
  supports: (value): value is Response =>
    dataProperty(value, Symbol.toStringTag) === 'Response' && typeof dataProperty(value, 'arrayBuffer') === 'function',
  follow: (response, call) => (require('./web-stream') as typeof import('./web-stream')).followResponse(response, call),
};
const cursorEndStrategy: BuiltInStrategy = {
  supports: isCursor,
  follow: (value, call) => (require('./cursor') as typeof import('./cursor')).followCursor(value, call),
};
export const lazyObjectEndStrategy: BuiltInStrategy = {
  supports: (value): value is object => hasThen(value),
  follow: (value, call) => (require('./lazy-object') as typeof import('./lazy-object')).followLazyObject(value, call),
};

/** Strategies for the value of a promise, which cannot be a thenable. */
const FOR_SETTLED: readonly BuiltInStrategy[] = [
  nodeStreamEndStrategy,
  webStreamEndStrategy,
  responseEndStrategy,
  observableEndStrategy,
  iteratorEndStrategy,
  cursorEndStrategy,
];

// A thenable comes before a stream that has a `then`: the outcome of its promise counts.
const FOR_RETURNED: readonly BuiltInStrategy[] = [promiseEndStrategy, lazyObjectEndStrategy, ...FOR_SETTLED];

/**
 * Adds an end strategy for a kind of return value. It takes precedence over the existing ones. Returns a function that
 * removes it.
 *
 * @throws FcTracedError `INVALID_OPTION` if `supports` or `follow` is not a function
 *
 * @example
 * ```ts
 * import { registerEndStrategy } from 'fc-traced';
 * class Job {
 *   constructor(readonly done: Promise<void>) {}
 * }
 * export const unregister = registerEndStrategy<Job>({
 *   supports: (value): value is Job => value instanceof Job,
 *   follow(job, call) {
 *     job.done.then(() => call.succeed(), (error) => call.fail(error));
 *     return job;
 *   },
 * });
 * ```
 */
export function registerEndStrategy<T extends object>(strategy: EndStrategy<T>): () => void {
  const candidate = strategy as Partial<EndStrategy<T>> | undefined;
  if (typeof candidate?.supports !== 'function' || typeof candidate.follow !== 'function') {
    throw new FcTracedError(
      'INVALID_OPTION',
      'registerEndStrategy takes an object with the functions "supports" and "follow".',
    );
  }
  state.endStrategies.unshift(strategy);
  return () => {
    const index = state.endStrategies.indexOf(strategy);
    if (index !== -1) state.endStrategies.splice(index, 1);
  };
}

function strategyFor(value: object, builtIn: readonly BuiltInStrategy[]): BuiltInStrategy | undefined {
  return (
    state.endStrategies.find((strategy) => strategy.supports(value)) ??
    builtIn.find((strategy) => strategy.supports(value))
  );
}

/** Ends a call with the value that its method returned, or immediately if no strategy supports the value. */
export function follow(value: object, call: FollowedCall): unknown {
  // An async function returns a native promise, unless it was compiled and the program replaced the global `Promise`.
  if (call.isFresh && state.endStrategies.length === 0 && types.isPromise(value)) {
    call.joinInvocation();
    return promiseEndStrategy.follow(value, call);
  }
  return followWith(FOR_RETURNED, value, call);
}

/** Ends a call with the value of its promise, or immediately if no strategy supports the value. */
export function followSettled(value: unknown, call: FollowedCall): unknown {
  if (typeof value === 'object' && value !== null) return followWith(FOR_SETTLED, value, call);
  call.succeed(value);
  return value;
}

/**
 * Continues a call with an object that a method of its value returned. Returns the object that the caller gets, and
 * `undefined` if no strategy supports the object.
 */
export function followContinued(value: object, call: FollowedCall): unknown {
  const first = followed.get(value);
  if (first === undefined && strategyFor(value, FOR_RETURNED) === undefined) return undefined;
  if (first?.call !== call) return followWith(FOR_RETURNED, value, call);
  return value;
}

function followWith(builtIn: readonly BuiltInStrategy[], value: object, call: FollowedCall): unknown {
  try {
    const first = followed.get(value);
    if (first !== undefined) {
      if (first.call === call) return value;
      // A call that started before the value was followed is an outer call that returns the value of an inner one. For
      // a later call, the value existed before.
      if (call.followedBefore < first.order) first.call.addFollower(call, value);
      else call.succeed(value);
      return value;
    }
    const strategy = strategyFor(value, builtIn);
    if (strategy === undefined) {
      call.succeed(value);
      return value;
    }
    // A promise settles even if it is dropped, so its call does not have to end when it is garbage-collected.
    if (strategy === promiseEndStrategy) {
      call.joinInvocation();
    } else {
      call.stayOpen(value);
      state.followed += 1;
      followed.set(value, { call, order: state.followed });
    }
    return strategy.follow(value, call);
  } catch {
    // For example, the value is frozen or a revoked proxy.
    countError('the end of a returned value could not be detected; the span ended when the method returned');
    call.succeed();
    return value;
  }
}
