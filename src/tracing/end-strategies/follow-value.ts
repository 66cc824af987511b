import { countError } from '../../diagnostics';
import { FcTracedError } from '../../errors';
import { state } from '../telemetry/state';
import type { Lifetime, TracedCall } from './end-strategy';
import { iteratorLifetime } from './iterator';
import { nodeStreamLifetime } from './node-stream';
import { observableLifetime } from './observable';
import { promiseLifetime, thenableLifetime } from './promise';
import { responseLifetime, webStreamLifetime } from './web-stream';

/** What a value is followed by, and how many were followed before it. */
interface Followed {
  readonly call: FollowedCall;
  readonly order: number;
}

const followed = new WeakMap<object, Followed>();

/** Kinds that a promise can give: not what `await` would have unwrapped. */
const SETTLED: readonly Lifetime[] = [
  nodeStreamLifetime,
  webStreamLifetime,
  responseLifetime,
  observableLifetime,
  iteratorLifetime,
];

const RETURNED: readonly Lifetime[] = [promiseLifetime, ...SETTLED, thenableLifetime];

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
 * import { registerLifetime } from 'fc-traced';
 * class Job {
 *   constructor(readonly done: Promise<void>) {}
 * }
 * export const forget = registerLifetime<Job>({
 *   supports: (value): value is Job => value instanceof Job,
 *   follow(job, call) {
 *     job.done.then(() => call.succeed(), (error) => call.fail(error));
 *     return job;
 *   },
 * });
 * ```
 */
export function registerLifetime<T extends object>(lifetime: Lifetime<T>): () => void {
  const given = lifetime as Partial<Lifetime<T>> | undefined;
  if (typeof given?.supports !== 'function' || typeof given.follow !== 'function') {
    throw new FcTracedError(
      'INVALID_OPTION',
      'registerLifetime takes an object with the functions supports and follow.',
    );
  }
  state.lifetimes.unshift(lifetime);
  return () => {
    const index = state.lifetimes.indexOf(lifetime);
    if (index !== -1) state.lifetimes.splice(index, 1);
  };
}

function lifetimeAmong(kinds: readonly Lifetime[], value: object): Lifetime | undefined {
  return (
    state.lifetimes.find((lifetime) => lifetime.supports(value)) ?? kinds.find((lifetime) => lifetime.supports(value))
  );
}

/** Follows what a method returned: a value that no lifetime knows is the end itself. */
export function follow(value: object, call: FollowedCall): unknown {
  // What an async function gives needs no second look.
  if (call.isFresh && state.lifetimes.length === 0) {
    call.keep();
    return promiseLifetime.follow(value as Promise<unknown>, call);
  }
  return followAmong(RETURNED, value, call);
}

/** Follows what a method's promise gave. */
export function followSettled(value: unknown, call: FollowedCall): unknown {
  if (typeof value === 'object' && value !== null) return followAmong(SETTLED, value, call);
  call.succeed(value);
  return value;
}

function followAmong(kinds: readonly Lifetime[], value: object, call: FollowedCall): unknown {
  try {
    const first = followed.get(value);
    if (first !== undefined) {
      // A call that began before is the caller of the one that made the value; to a later one the value was there already.
      if (call.began < first.order) first.call.endAlong(call, value);
      else call.succeed(value);
      return value;
    }
    const lifetime = lifetimeAmong(kinds, value);
    if (lifetime === undefined) {
      call.succeed(value);
      return value;
    }
    // A promise settles by itself: nobody has to wait for its collection.
    if (lifetime === promiseLifetime) {
      call.keep();
    } else {
      call.stayOpen(value);
      state.followed += 1;
      followed.set(value, { call, order: state.followed });
    }
    return lifetime.follow(value, call);
  } catch {
    // A value that lets nobody look or listen (frozen, a revoked proxy) is the end itself.
    countError('a returned value could not be followed to its end; its span ends with the call');
    call.succeed();
    return value;
  }
}
