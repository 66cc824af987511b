import { FcTracedError } from '../errors';
import type { FcContext } from '../fc/context';
import { activeInvocation } from '../tracing/context/active-context';
import type { Invocation } from '../tracing/context/invocation';

function standIn(what: string, find: (invocation: Invocation) => unknown): object {
  const target = (): object => {
    const invocation = activeInvocation();
    if (invocation === undefined) {
      throw new FcTracedError(
        'NO_INVOCATION',
        `A singleton used ${what} while no invocation was running: use it inside of a call, or inject it into a class that is no singleton.`,
      );
    }
    const found = find(invocation);
    if ((typeof found === 'object' && found !== null) || typeof found === 'function') return found;
    throw new FcTracedError(
      'NO_INVOCATION',
      `A singleton used ${what}, which is ${found === null ? 'null' : `of type ${typeof found}`} in this invocation: only an object can stand behind a singleton; take it as the handler's argument instead.`,
    );
  };
  return new Proxy(Object.create(null) as object, {
    get: (_, key) => {
      const object = target();
      return Reflect.get(object, key, object) as unknown;
    },
    set: (_, key, value) => {
      const object = target();
      return Reflect.set(object, key, value, object);
    },
    has: (_, key) => Reflect.has(target(), key),
    ownKeys: () => Reflect.ownKeys(target()),
    getPrototypeOf: () => Reflect.getPrototypeOf(target()),
    getOwnPropertyDescriptor: (_, key) => {
      const descriptor = Reflect.getOwnPropertyDescriptor(target(), key);
      // A proxy may only report what its own target has as fixed.
      return descriptor === undefined ? undefined : { ...descriptor, configurable: true };
    },
  });
}

/** Stands for FC's context of whichever invocation is running: what a singleton gets, which outlives them all. */
export const contextFacade = standIn('FC_CONTEXT', ({ context }) => context) as FcContext;

/** Stands for the event of whichever invocation is running. */
export const eventFacade: unknown = standIn('FC_EVENT', ({ event }) => event);
