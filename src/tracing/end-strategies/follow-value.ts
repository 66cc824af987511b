import { countError } from '../../diagnostics';
import { FcTracedError } from '../../errors';
import { state } from '../telemetry/state';
import type { EndStrategy, TracedCall } from './end-strategy';
import { iteratorEndStrategy } from './iterator';
import { nodeStreamEndStrategy } from './node-stream';
import { observableEndStrategy } from './observable';
import { promiseEndStrategy, thenableEndStrategy } from './promise';
import { responseEndStrategy, webStreamEndStrategy } from './web-stream';

/** What a value is followed by, and how many were followed before it. */
interface Followed {
  readonly call: FollowedCall;
  readonly order: number;
}

const followed = new WeakMap<object, Followed>();

/** Kinds that a promise can give: not what `await` would have unwrapped. */
const SETTLED: readonly EndStrategy[] = [
  nodeStreamEndStrategy,
  webStreamEndStrategy,
  responseEndStrategy,
  observableEndStrategy,
  iteratorEndStrategy,
];

const RETURNED: readonly EndStrategy[] = [promiseEndStrategy, ...SETTLED, thenableEndStrategy];

/** A call whose end is not in the hands of the program alone: a value that is dropped must not keep a span open for ever. */
export interface FollowedCall extends TracedCall {
  /** How many values were followed when the call began. */
  readonly began: number;
  /** Has a call that gave the same value end as this one does, or at once where this one has ended. */
  endAlong(call: FollowedCall, value: object): void;
  /** The call's work goes on: it is ended, at the latest, with the invocation. Says whether there is one. */
  keep(): boolean;
  /** The call's work goes on with `value`: from now on it is ended, at the latest, with the invocation, or when `value` is collected. */
  stayOpen(value: object): void;
}

/**
 * Teaches `@Traced` a further kind of return value; it goes before those that are known. Gives a function that takes it away again.
 *
 * @throws FcTracedError `INVALID_OPTION` where `supports` or `follow` is missing
 *
 * @example
 * ```ts
 * import { registerEndStrategy } from 'fc-traced';
 * class Job {
 *   constructor(readonly done: Promise<void>) {}
 * }
 * export const forget = registerEndStrategy<Job>({
 *   supports: (value): value is Job => value instanceof Job,
 *   follow(job, call) {
 *     job.done.then(() => call.succeed(), (error) => call.fail(error));
 *     return job;
 *   },
 * });
 * ```
 */
export function registerEndStrategy<T extends object>(strategy: EndStrategy<T>): () => void {
  const given = strategy as Partial<EndStrategy<T>> | undefined;
  if (typeof given?.supports !== 'function' || typeof given.follow !== 'function') {
    throw new FcTracedError(
      'INVALID_OPTION',
      'registerEndStrategy takes an object with the functions supports and follow.',
    );
  }
  state.endStrategies.unshift(strategy);
  return () => {
    const index = state.endStrategies.indexOf(strategy);
    if (index !== -1) state.endStrategies.splice(index, 1);
  };
}

function strategyAmong(kinds: readonly EndStrategy[], value: object): EndStrategy | undefined {
  return (
    state.endStrategies.find((strategy) => strategy.supports(value)) ??
    kinds.find((strategy) => strategy.supports(value))
  );
}

/** Follows what a method returned: a value that no strategy knows is the end itself. */
export function follow(value: object, call: FollowedCall): unknown {
  // What an async function gives needs no second look.
  if (call.isFresh && state.endStrategies.length === 0) {
    call.keep();
    return promiseEndStrategy.follow(value as Promise<unknown>, call);
  }
  return followAmong(RETURNED, value, call);
}

/** Follows what a method's promise gave. */
export function followSettled(value: unknown, call: FollowedCall): unknown {
  if (typeof value === 'object' && value !== null) return followAmong(SETTLED, value, call);
  call.succeed(value);
  return value;
}

function followAmong(kinds: readonly EndStrategy[], value: object, call: FollowedCall): unknown {
  try {
    const first = followed.get(value);
    if (first !== undefined) {
      // A call that began before is the caller of the one that made the value; to a later one the value was there already.
      if (call.began < first.order) first.call.endAlong(call, value);
      else call.succeed(value);
      return value;
    }
    const strategy = strategyAmong(kinds, value);
    if (strategy === undefined) {
      call.succeed(value);
      return value;
    }
    // A promise settles by itself: nobody has to wait for its collection.
    if (strategy === promiseEndStrategy) {
      call.keep();
    } else {
      call.stayOpen(value);
      state.followed += 1;
      followed.set(value, { call, order: state.followed });
    }
    return strategy.follow(value, call);
  } catch {
    // A value that lets nobody look or listen (frozen, a revoked proxy) is the end itself.
    countError('a returned value could not be followed to its end; its span ends with the call');
    call.succeed();
    return value;
  }
}
