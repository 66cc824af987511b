import type { DependencyContainer, InjectionToken, Lifecycle } from 'tsyringe';
import { FcTracedError } from '../errors';
import type { FcContext } from '../fc/context';
import { activeInvocation } from '../tracing/context/active-context';
import { ambientTracer } from '../tracing/context/ambient-telemetry';
import { ambientSpan } from '../tracing/context/current-span';
import type { Invocation } from '../tracing/context/invocation';
import { ACTIVE_SPAN, FC_CONTEXT, FC_EVENT, TRACER } from './inject';

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

export type { DependencyContainer, InjectionToken } from 'tsyringe';

/** A class that a container can make. */
export type Class = new (...args: never[]) => object;

/** tsyringe's record of one registration. */
export interface Registration {
  readonly provider: { readonly useClass?: Class } | Class;
  readonly options: { readonly lifecycle: Lifecycle };
  instance?: unknown;
}

/**
 * What of tsyringe's container is not in its types, and yet the only place where its two traps can be mended (see
 * docs/architecture.md). A test pins these members for the version that is installed.
 */
export interface OpenContainer extends DependencyContainer {
  readonly parent?: OpenContainer;
  readonly _registry: { entries(): Iterable<readonly [InjectionToken, readonly Registration[]]> };
  readonly disposables: Set<unknown>;
  resolveRegistration(registration: Registration, context: unknown): unknown;
  construct(target: Class, context: unknown): unknown;
}

/** What the tokens of an invocation stand for. */
export interface InvocationValues {
  readonly context: unknown;
  readonly event: unknown;
}

const TOKENS: readonly InjectionToken[] = [TRACER, ACTIVE_SPAN, FC_CONTEXT, FC_EVENT];

/** A child of `parent` that knows our tokens. What the user registered under one of them, a test double say, goes first. */
export function childOf(parent: DependencyContainer, { context, event }: InvocationValues): OpenContainer {
  const child = parent.createChildContainer() as OpenContainer;
  const values = [ambientTracer, ambientSpan, context, event];
  TOKENS.forEach((token, index) => {
    // A factory, since tsyringe takes no undefined value.
    if (!parent.isRegistered(token, true)) child.register(token, { useFactory: () => values[index] });
  });
  return child;
}

/** Whether a token is one of ours, or registered. */
export function isKnownTo(parent: DependencyContainer, token: InjectionToken): boolean {
  return TOKENS.includes(token) || parent.isRegistered(token, true);
}

/** The lifecycle that a token is registered with, in a container or above it. */
export function lifecycleIn(container: OpenContainer, token: InjectionToken): Lifecycle | undefined {
  for (let at: OpenContainer | undefined = container; at !== undefined; at = at.parent) {
    for (const [known, registrations] of at._registry.entries()) {
      if (known === token) return registrations.at(-1)?.options.lifecycle;
    }
  }
  return undefined;
}
