import type { Context } from '@opentelemetry/api';
import { runInSpan } from '../tracing/calls/run-in-span';
import type { SpanSpec } from '../tracing/calls/span-spec';
import { activeContext } from '../tracing/context/active-context';
import { telemetryOfCall } from '../tracing/context/ambient-telemetry';
import type { Telemetry } from '../tracing/telemetry/telemetry';
import { copyMetadata } from './metadata';
import { specOf } from './method-spec';
import type { TracedMember } from './method-spec';
import type { AnyMethod, CheckedTracedOptions } from './traced-options';

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

/** What a wrapper was made from. */
interface Origin {
  readonly method: AnyMethod;
  readonly options: CheckedTracedOptions;
}

const origins = new WeakMap<object, Origin>();
const untraced = new WeakSet<object>();
/** By prototype (or class), with legacy decorators: what carries a decorator of its own, whatever another decorator put in its place. */
const settledPlaces = new WeakMap<object, Set<PropertyKey>>();

/** A method with its wrapper. */
export interface Wrapped {
  readonly wrapper: AnyMethod;
  readonly spec: SpanSpec;
}

/** Wraps a method; one that is wrapped already gets one new wrapper, not a second: what the outer decorator says goes first. */
export function wrapOnce(
  options: CheckedTracedOptions,
  member: Omit<TracedMember, 'wrapper'> & { readonly method: AnyMethod },
): Wrapped {
  const origin = origins.get(member.method);
  const method = origin?.method ?? member.method;
  const merged =
    origin === undefined
      ? options
      : { ...origin.options, ...options, kind: options.kind === 0 ? origin.options.kind : options.kind };
  const spec = specOf(merged, { ...member, method, wrapper: () => wrapper });
  const wrapper: AnyMethod = wrapMethod(method, spec, member.method) as AnyMethod;
  origins.set(wrapper, { method, options: merged });
  return { wrapper, spec };
}

/** Whether a method is wrapped by `@Traced` already, or says that it must not be. */
export function isSettled(method: object, target: object, key: PropertyKey): boolean {
  return origins.has(method) || untraced.has(method) || settledPlaces.get(target)?.has(key) === true;
}

/** Has `@Traced` on the class pass over whatever stands here in the end. */
export function settlePlace(target: object, key: PropertyKey): void {
  const keys = settledPlaces.get(target) ?? new Set();
  settledPlaces.set(target, keys.add(key));
}

/** Has `@Traced` on the class pass a method over. */
export function leaveUntraced(method: object): void {
  untraced.add(method);
}
