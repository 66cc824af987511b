import type { Span, Tracer } from '@opentelemetry/api';
import { inject } from 'tsyringe';
import type { InjectionToken } from 'tsyringe';
import { FcTracedError } from '../errors';
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

type ParameterDecorator = ReturnType<typeof inject>;

function injected(token: InjectionToken, name: string): ParameterDecorator {
  return (target, key, index) => {
    if (typeof target !== 'function' || key !== undefined || typeof index !== 'number') {
      throw new FcTracedError(
        'INVALID_TARGET',
        `@${name}() must stand on a parameter of a constructor; with standard decorators, name the tokens by the option inject.`,
      );
    }
    inject(token)(target, key, index);
  };
}

/**
 * Injects a Tracer into a constructor parameter: its spans fall under the running invocation, also inside singletons and
 * under interleaved invocations. Outside of any invocation it uses the provider registered with OpenTelemetry, if any.
 * For legacy decorators; standard ones have no parameter decorators: use `inject: [TRACER]`.
 *
 * @example
 * ```ts
 * import { InjectTracer, Service } from 'fc-traced';
 * import type { Tracer } from 'fc-traced';
 * \@Service()
 * class Stock {
 *   constructor(@InjectTracer() private readonly tracer: Tracer) {}
 *   count(): number {
 *     return this.tracer.startActiveSpan('count', (span) => {
 *       span.end();
 *       return 3;
 *     });
 *   }
 * }
 * ```
 */
export function InjectTracer(): ParameterDecorator {
  return injected(TRACER, 'InjectTracer');
}

/**
 * Injects a Span that stands for whichever span is active when it is used. Its `end()` does nothing: who started a span ends it.
 *
 * @example
 * ```ts
 * import { Handler, InjectSpan } from 'fc-traced';
 * import type { Span } from 'fc-traced';
 * \@Handler()
 * class Orders {
 *   constructor(@InjectSpan() private readonly span: Span) {}
 *   handle(event: { id: string }): void {
 *     this.span.setAttribute('order.id', event.id);
 *   }
 * }
 * ```
 */
export function InjectSpan(): ParameterDecorator {
  return injected(ACTIVE_SPAN, 'InjectSpan');
}

/**
 * Injects FC's context of the invocation: the very object that FC passed; in a singleton, a stand-in for that of the running invocation.
 *
 * @example
 * ```ts
 * import { InjectContext, Service } from 'fc-traced';
 * import type { FcContext } from 'fc-traced';
 * \@Service()
 * class Region {
 *   constructor(@InjectContext() private readonly context: FcContext) {}
 *   name(): string | undefined {
 *     return this.context.region;
 *   }
 * }
 * ```
 */
export function InjectContext(): ParameterDecorator {
  return injected(FC_CONTEXT, 'InjectContext');
}

/**
 * Injects the decoded event of the invocation; in a singleton, a stand-in for that of the running one.
 *
 * @example
 * ```ts
 * import { InjectEvent, Service } from 'fc-traced';
 * \@Service()
 * class Tenant {
 *   constructor(@InjectEvent() private readonly event: { tenant: string }) {}
 *   name(): string {
 *     return this.event.tenant;
 *   }
 * }
 * ```
 */
export function InjectEvent(): ParameterDecorator {
  return injected(FC_EVENT, 'InjectEvent');
}
