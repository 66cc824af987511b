import type { Span, Tracer } from '@opentelemetry/api';
import type { InjectionToken } from 'tsyringe';
import type { FcContext } from '../fc/context';

/**
 * The token of a Tracer whose spans fall under the running invocation; safe in singletons. The tokens are for the option `inject`,
 * where parameters cannot be decorated.
 *
 * @example
 * ```ts
 * import { FC_EVENT, Service, TRACER } from 'fc-traced';
 * import type { Tracer } from 'fc-traced';
 * \@Service({ inject: [TRACER, FC_EVENT] })
 * class Stock {
 *   constructor(readonly tracer: Tracer, readonly event: unknown) {}
 * }
 * ```
 */
export const TRACER: InjectionToken<Tracer> = Symbol.for('fc-traced.TRACER');

/** The token of a Span that stands for whichever span is active when it is used; safe in singletons. */
export const ACTIVE_SPAN: InjectionToken<Span> = Symbol.for('fc-traced.ACTIVE_SPAN');

/** The token of FC's context: the object that FC passed; in a singleton, a stand-in for that of the running invocation. */
export const FC_CONTEXT: InjectionToken<FcContext> = Symbol.for('fc-traced.FC_CONTEXT');

/** The token of the decoded event; in a singleton, a stand-in for that of the running invocation. */
export const FC_EVENT: InjectionToken<unknown> = Symbol.for('fc-traced.FC_EVENT');
