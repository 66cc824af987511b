import { types } from 'node:util';
import type { DependencyContainer, InjectionToken } from 'tsyringe';
import { FcTracedError } from '../errors';
import { activeInvocation } from '../tracing/context/active-context';
import { ambientTracer } from '../tracing/context/ambient-telemetry';
import { ambientSpan } from '../tracing/context/current-span';
import type { InvocationDeadline } from '../tracing/context/deadline';
import type { Invocation } from '../tracing/context/invocation';
import { ACTIVE_SPAN, DEADLINE, FC_CONTEXT, FC_EVENT, TRACER } from './inject';
import { parentOf } from './tsyringe-internals';

export type { DependencyContainer, InjectionToken } from 'tsyringe';

/** The values of `FC_CONTEXT`, `FC_EVENT` and `DEADLINE`, which are read at each resolution. */
export interface InvocationValues {
  readonly context: unknown;
  readonly event: unknown;
  readonly deadline: unknown;
}

/** The values of a container that this file created. The property is on the container, and costs less than a WeakMap. */
const VALUES = Symbol('fc-traced values');

type WithValues = DependencyContainer & { [VALUES]?: InvocationValues };

/** The values of the invocation that a container, or an ancestor, belongs to. */
function valuesOf(container: DependencyContainer): InvocationValues {
  for (let at: WithValues | undefined = container; at !== undefined; at = parentOf(at)) {
    if (at[VALUES] !== undefined) return at[VALUES];
  }
  // Without the private members of tsyringe, in a container that the program created.
  return valuesForSingletons;
}

type Factory = (container: DependencyContainer) => unknown;

/** Our tokens. Each has a factory, since tsyringe does not accept undefined as a value; all containers share it. */
const PROVIDERS: readonly (readonly [InjectionToken, { readonly useFactory: Factory }])[] = [
  [TRACER, { useFactory: () => ambientTracer }],
  [ACTIVE_SPAN, { useFactory: () => ambientSpan }],
  [FC_CONTEXT, { useFactory: (container) => valuesOf(container).context }],
  [FC_EVENT, { useFactory: (container) => valuesOf(container).event }],
  [DEADLINE, { useFactory: (container) => valuesOf(container).deadline }],
];
const OWN_FACTORIES = new Set<unknown>(PROVIDERS.map(([, { useFactory }]) => useFactory));

/**
 * Creates a child container with our tokens. A token that is registered in `parent` already, such as a test double, is
 * kept.
 */
export function createChild(parent: DependencyContainer, values: InvocationValues): DependencyContainer {
  const child: WithValues = parent.createChildContainer();
  child[VALUES] = values;
  for (const [token, provider] of PROVIDERS) if (!parent.isRegistered(token, true)) child.register(token, provider);
  return child;
}

/** Whether a factory is that of one of our tokens. */
export function isOwnFactory(factory: unknown): boolean {
  return OWN_FACTORIES.has(factory);
}

/** Whether a token is one of ours, or registered in a container or an ancestor. */
export function isResolvableToken(parent: DependencyContainer, token: InjectionToken): boolean {
  return PROVIDERS.some(([own]) => own === token) || parent.isRegistered(token, true);
}

/**
 * A proxy whose target is looked up in the running invocation at each use. Throws `NO_INVOCATION` where there is none.
 */
function invocationProxy(token: string, find: (invocation: Invocation) => unknown): object {
  const target = (): object => {
    const invocation = activeInvocation();
    if (invocation === undefined || invocation.open.isOver) {
      throw new FcTracedError(
        'NO_INVOCATION',
        `A singleton used ${token} while no invocation was running: use it during a call, or inject it into a class that is not a singleton.`,
      );
    }
    const found = find(invocation);
    if ((typeof found === 'object' && found !== null) || typeof found === 'function') return found;
    throw new FcTracedError(
      'NO_INVOCATION',
      `A singleton used ${token}, which is ${found === null ? 'null' : `of type ${typeof found}`} in this invocation: a singleton can use it only if it is an object. Use the argument of the entry method instead.`,
    );
  };
  return new Proxy(Object.create(null) as object, {
    get: (_, key) => {
      const object = target();
      const value: unknown = Reflect.get(object, key, object);
      // The methods of bytes work on the bytes themselves only.
      return typeof value === 'function' && types.isUint8Array(object) ? (value.bind(object) as unknown) : value;
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
      // A proxy may report a property as non-configurable only if its own target has it.
      return descriptor === undefined ? undefined : { ...descriptor, configurable: true };
    },
  });
}

/** The deadline of an invocation. Its module is loaded when something injects it. */
export function injectedDeadline(invocation: Invocation): InvocationDeadline {
  const { deadlineOf } = require('../tracing/context/deadline') as typeof import('../tracing/context/deadline');
  return deadlineOf(invocation).injected;
}

/** The values for singletons, which outlive invocations: proxies for those of the running invocation. */
export const valuesForSingletons: InvocationValues = {
  context: invocationProxy('FC_CONTEXT', ({ context }) => context),
  event: invocationProxy('FC_EVENT', ({ event }) => event),
  deadline: invocationProxy('DEADLINE', injectedDeadline),
};
