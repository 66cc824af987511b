import type { DependencyContainer, InjectionToken, Lifecycle } from 'tsyringe';
import { ACTIVE_SPAN, FC_CONTEXT, FC_EVENT, TRACER } from './inject';
import { ambientSpan } from '../tracing/context/current-span';
import { ambientTracer } from '../tracing/context/ambient-telemetry';

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
