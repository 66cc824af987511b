import type { Lifetime, SpanEnd } from './lifetime';
import { promiseLifetime } from './promise';

const LIFETIMES: readonly Lifetime[] = [promiseLifetime];

/** Follows what a method returned: a value that no lifetime knows is the end itself. */
export function follow(value: unknown, end: SpanEnd, isFresh: boolean): unknown {
  if (typeof value === 'object' && value !== null) {
    for (const lifetime of LIFETIMES) {
      if (lifetime.supports(value)) return lifetime.follow(value, end, isFresh);
    }
  }
  end.succeed(value);
  return value;
}
