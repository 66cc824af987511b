import type { Context } from '@opentelemetry/api';
import { activeContext } from '../tracing/context/active-context';
import { telemetryOfCall } from '../tracing/context/ambient-telemetry';
import { runInSpan } from '../tracing/calls/run-in-span';
import type { SpanSpec } from '../tracing/calls/span-spec';
import type { Telemetry } from '../tracing/telemetry/telemetry';
import { copyMetadata } from './metadata';

type Method = (this: unknown, ...args: never[]) => unknown;

const { apply } = Reflect;

/** What a wrapper found out for the traced call that it makes at once: nothing runs in between. */
const found: { context?: Context; telemetry?: Telemetry } = {};

/**
 * A method that runs `method` in a span where the active context asks for one. To the program it is the method: same
 * name, length, own properties, prototype and metadata (of `like`, where a decorator in between wrote on another function), and
 * like any method it cannot be called with `new`.
 */
export function wrapMethod(method: Method, spec: SpanSpec, like: Method = method): Method {
  function traced(this: unknown, ...args: unknown[]): unknown {
    return runInSpan(spec, found.telemetry!, found.context!, method, this, args);
  }
  const { wrapper } = {
    // `arguments` is only handed on, which V8 does without making an object of it: an untraced call allocates nothing.
    wrapper(this: unknown): unknown {
      const context = activeContext();
      const telemetry = telemetryOfCall(context);
      if (telemetry === undefined) return apply(method, this, arguments);
      found.context = context;
      found.telemetry = telemetry;
      return apply(traced, this, arguments);
    },
  };
  Object.setPrototypeOf(wrapper, Object.getPrototypeOf(like) as object);
  Object.defineProperties(wrapper, Object.getOwnPropertyDescriptors(like));
  copyMetadata(like, wrapper);
  return wrapper;
}
