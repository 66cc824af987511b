import type { DependencyContainer, InjectionToken } from 'tsyringe';
import { ambientTracer } from '../tracing/context/ambient-telemetry';
import { ambientSpan } from '../tracing/context/current-span';
import { ACTIVE_SPAN, FC_CONTEXT, FC_EVENT, TRACER } from './inject';

export type { DependencyContainer, InjectionToken } from 'tsyringe';

/** The values of `FC_CONTEXT` and `FC_EVENT`. */
export interface InvocationValues {
  readonly context: unknown;
  readonly event: unknown;
}

const TOKENS: readonly InjectionToken[] = [TRACER, ACTIVE_SPAN, FC_CONTEXT, FC_EVENT];

/** Creates a child container with our tokens. A token that is registered in `parent` already, such as a test double, is kept. */
export function createChild(parent: DependencyContainer, { context, event }: InvocationValues): DependencyContainer {
  const child = parent.createChildContainer();
  const values = [ambientTracer, ambientSpan, context, event];
  TOKENS.forEach((token, index) => {
    // A factory, since tsyringe does not accept undefined as a value.
    if (!parent.isRegistered(token, true)) child.register(token, { useFactory: () => values[index] });
  });
  return child;
}

/** Whether a token is one of ours, or registered in a container or an ancestor. */
export function isResolvableToken(parent: DependencyContainer, token: InjectionToken): boolean {
  return TOKENS.includes(token) || parent.isRegistered(token, true);
}
