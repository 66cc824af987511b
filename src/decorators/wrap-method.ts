import { activeContext } from '../tracing/active-context';
import { runInSpan, tracerOfCall } from '../tracing/run-in-span';
import type { SpanSpec } from '../tracing/span-spec';
import { copyMetadata } from './metadata';

type Method = (this: unknown, ...args: never[]) => unknown;

const { apply } = Reflect;

/**
 * A method that runs `method` in a span where the active context asks for one. To the program it is the method: same
 * name, length, own properties, prototype and metadata, and like any method it cannot be called with `new`.
 */
export function wrapMethod(method: Method, spec: SpanSpec): Method {
  function traced(this: unknown, ...args: unknown[]): unknown {
    const context = activeContext();
    const tracer = tracerOfCall(context);
    return tracer === undefined ? apply(method, this, args) : runInSpan(spec, tracer, context, method, this, args);
  }
  const { wrapper } = {
    // `arguments` is only handed on, which V8 does without making an object of it: an untraced call allocates nothing.
    wrapper(this: unknown): unknown {
      return tracerOfCall(activeContext()) === undefined ? apply(method, this, arguments) : apply(traced, this, arguments);
    },
  };
  Object.setPrototypeOf(wrapper, Object.getPrototypeOf(method) as object);
  Object.defineProperties(wrapper, Object.getOwnPropertyDescriptors(method));
  copyMetadata(method, wrapper);
  return wrapper;
}
