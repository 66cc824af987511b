import type { SpanSpec } from '../tracing/calls/span-spec';
import { wrapMethod } from './wrap-method';
import type { CheckedTracedOptions } from './traced-options';
import { specOf } from './method-spec';
import type { TracedMember } from './method-spec';
import type { AnyMethod } from './traced-options';

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
