import type { Span, Tracer } from '@opentelemetry/api';
import { inject } from 'tsyringe';
import type { InjectionToken } from 'tsyringe';
import { FcTracedError } from '../errors';
import type { FcContext } from '../fc/context';
import type { InvocationDeadline } from '../tracing/context/deadline';

/**
 * The token of a Tracer whose spans belong to the running invocation, also in singletons. Use the tokens in the option
 * `inject`, or with tsyringe's `@inject`.
 *
 * @example
 * ```ts
 * import { FC_EVENT, Service, TRACER } from 'fc-traced';
 * import type { Tracer } from 'fc-traced';
 * ;@Service({ inject: [TRACER, FC_EVENT] })
 * class Stock {
 *   constructor(readonly tracer: Tracer, readonly event: unknown) {}
 * }
 * ```
 */
export const TRACER: InjectionToken<Tracer> = Symbol.for('fc-traced.TRACER');

/** The token of a Span that represents the span that is active when it is used, also in singletons. */
export const ACTIVE_SPAN: InjectionToken<Span> = Symbol.for('fc-traced.ACTIVE_SPAN');

/**
 * The token of FC's context: the object that FC passed, or in a singleton a proxy for the context of the running
 * invocation.
 */
export const FC_CONTEXT: InjectionToken<FcContext> = Symbol.for('fc-traced.FC_CONTEXT');

/**
 * The token of the event: decoded, or with the option `event: 'bytes'` its bytes. In a singleton it is a proxy for the
 * event of the running invocation.
 */
export const FC_EVENT: InjectionToken<unknown> = Symbol.for('fc-traced.FC_EVENT');

/** The token of the deadline of the invocation, or in a singleton a proxy for that of the running invocation. */
export const DEADLINE: InjectionToken<InvocationDeadline> = Symbol.for('fc-traced.DEADLINE');

type ParameterDecorator = ReturnType<typeof inject>;

function injectParameter(token: InjectionToken, name: string): ParameterDecorator {
  return (target, key, index) => {
    if (typeof target !== 'function' || key !== undefined || typeof index !== 'number') {
      throw new FcTracedError(
        'INVALID_TARGET',
        `@${name}() must decorate a constructor parameter. With standard decorators, name the tokens with the option inject.`,
      );
    }
    inject(token)(target, key, index);
  };
}

/**
 * Injects a Tracer into a constructor parameter. Its spans belong to the running invocation, also in singletons and
 * with interleaved invocations. Outside of invocations it uses the provider that is registered with OpenTelemetry, if
 * any.
 *
 * For legacy decorators. Standard decorators have no parameter decorators: use `inject: [TRACER]`.
 *
 * @throws FcTracedError `INVALID_TARGET` on anything but a constructor parameter
 *
 * @example
 * ```ts
 * import { InjectTracer, Service } from 'fc-traced';
 * import type { Tracer } from 'fc-traced';
 * ;@Service()
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
  return injectParameter(TRACER, 'InjectTracer');
}

/**
 * Injects a Span that represents the span that is active when it is used. Its `end()` does nothing: a span is ended by
 * the code that started it. For legacy decorators; with standard decorators, use `inject: [ACTIVE_SPAN]`.
 *
 * @throws FcTracedError `INVALID_TARGET` on anything but a constructor parameter
 *
 * @example
 * ```ts
 * import { Handler, InjectSpan } from 'fc-traced';
 * import type { Span } from 'fc-traced';
 * ;@Handler()
 * class Orders {
 *   constructor(@InjectSpan() private readonly span: Span) {}
 *   handle(event: { id: string }): void {
 *     this.span.setAttribute('order.id', event.id);
 *   }
 * }
 * ```
 */
export function InjectSpan(): ParameterDecorator {
  return injectParameter(ACTIVE_SPAN, 'InjectSpan');
}

/**
 * Injects FC's context of the invocation: the object that FC passed, or in a singleton a proxy for the context of the
 * running invocation. The proxy throws `NO_INVOCATION` when it is used outside of invocations. For legacy decorators;
 * with standard decorators, use `inject: [FC_CONTEXT]`.
 *
 * @throws FcTracedError `INVALID_TARGET` on anything but a constructor parameter
 *
 * @example
 * ```ts
 * import { InjectContext, Service } from 'fc-traced';
 * import type { FcContext } from 'fc-traced';
 * ;@Service()
 * class Region {
 *   constructor(@InjectContext() private readonly context: FcContext) {}
 *   name(): string | undefined {
 *     return this.context.region;
 *   }
 * }
 * ```
 */
export function InjectContext(): ParameterDecorator {
  return injectParameter(FC_CONTEXT, 'InjectContext');
}

/**
 * Injects the event of the invocation: decoded, or with the option `event: 'bytes'` its bytes. In a singleton it is a
 * proxy for the event of the running invocation, which throws `NO_INVOCATION` when it is used outside of invocations,
 * or when the event is not an object. For legacy decorators; with standard decorators, use `inject: [FC_EVENT]`.
 *
 * @throws FcTracedError `INVALID_TARGET` on anything but a constructor parameter
 *
 * @example
 * ```ts
 * import { InjectEvent, Service } from 'fc-traced';
 * ;@Service()
 * class Tenant {
 *   constructor(@InjectEvent() private readonly event: { tenant: string }) {}
 *   name(): string {
 *     return this.event.tenant;
 *   }
 * }
 * ```
 */
export function InjectEvent(): ParameterDecorator {
  return injectParameter(FC_EVENT, 'InjectEvent');
}

/**
 * Injects the deadline of the invocation: `remainingMillis()` returns the milliseconds until the function's timeout, and
 * `signal` is an `AbortSignal` that is aborted shortly before, by the option `deadlineMarginMillis`. Also without tracing,
 * and in singletons a proxy for the deadline of the running invocation, which throws `NO_INVOCATION` outside of
 * invocations. The timeout is that of FC's context: on a built-in runtime `function.timeout`, on a custom runtime the
 * header `x-fc-function-timeout`. For legacy decorators; with standard decorators, use `inject: [DEADLINE]`.
 *
 * @throws FcTracedError `INVALID_TARGET` on anything but a constructor parameter
 *
 * @example
 * ```ts
 * import { Handler, InjectDeadline } from 'fc-traced';
 * import type { InvocationDeadline } from 'fc-traced';
 * ;@Handler()
 * class Prices {
 *   constructor(@InjectDeadline() private readonly deadline: InvocationDeadline) {}
 *   async handle(event: { url: string }): Promise<string> {
 *     const response = await fetch(event.url, { signal: this.deadline.signal });
 *     return response.text();
 *   }
 * }
 * ```
 */
export function InjectDeadline(): ParameterDecorator {
  return injectParameter(DEADLINE, 'InjectDeadline');
}
