import type { Context } from '@opentelemetry/api';
import { types } from 'node:util';
import { copyIdentity } from '../replace-method';
import { attributeValues } from '../tracing/calls/attributes';
import type { Extractor } from '../tracing/calls/attributes';
import { runInSpan } from '../tracing/calls/run-in-span';
import type { Owner, SpanSpec } from '../tracing/calls/span-spec';
import { expectation } from '../tracing/calls/traced-options';
import type { AnyMethod, CheckedTracedOptions } from '../tracing/calls/traced-options';
import { activeContext } from '../tracing/context/active-context';
import { telemetryOfCall } from '../tracing/context/ambient-telemetry';
import type { Telemetry } from '../tracing/telemetry/telemetry';
import { copyMetadata } from './metadata';

/** A member behind its class's name: `.ship`, `[ship]` for a symbol, `.#ship` for a private one. */
export function memberName(key: PropertyKey): string {
  return typeof key === 'symbol' ? `[${key.description ?? ''}]` : `.${String(key)}`;
}

/** The name of a class, told from its prototype or itself. */
export function classNameOf(target: unknown): string {
  const owner: unknown = typeof target === 'function' ? target : (target as object | null | undefined)?.constructor;
  return typeof owner === 'function' ? owner.name : '';
}

/** The class that a member stands in: the one on the chain, from `self` up, that has `wrapper` itself; else, by a guess, the first that has such a member. */
function owningClass(self: unknown, key: PropertyKey, wrapper: unknown): Owner {
  const start: unknown = typeof self === 'function' ? self : Object.getPrototypeOf(self ?? {});
  let guess: unknown;
  for (
    let owner = start as object | null;
    owner !== null && owner !== undefined;
    owner = Reflect.getPrototypeOf(owner)
  ) {
    const descriptor = Reflect.getOwnPropertyDescriptor(owner, key);
    if (descriptor === undefined) continue;
    if (descriptor.value === wrapper || descriptor.get === wrapper || descriptor.set === wrapper) {
      return { className: classNameOf(owner), isCertain: true };
    }
    guess ??= owner;
  }
  return { className: classNameOf(guess ?? self), isCertain: false };
}

/** Attributes of arguments that `@SpanAttribute` marked, below those of the option. */
function withParameters(
  options: CheckedTracedOptions,
  parameters: ReadonlyMap<number, string> | undefined,
): Extractor | undefined {
  const given = typeof options.attributes === 'function' ? (options.attributes as Extractor) : undefined;
  if (parameters === undefined || parameters.size === 0) return given;
  return function (this: unknown, ...args: never[]) {
    const marked = Object.fromEntries([...parameters].map(([index, key]) => [key, args[index]]));
    const own: unknown = given === undefined ? undefined : Reflect.apply(given, this, args);
    // What is no object of attributes is told of as such.
    if (own !== undefined && own !== null && (typeof own !== 'object' || Array.isArray(own) || types.isPromise(own))) {
      return own;
    }
    return { ...marked, ...(own as object | undefined) };
  };
}

/** What is known of a member that is to be traced. */
export interface TracedMember {
  readonly method: object;
  readonly key: PropertyKey;
  /** What stands in the method's place, as soon as it does. */
  readonly wrapper: () => unknown;
  /** Absent with standard decorators: it is found at the first call. */
  readonly className?: string;
  readonly parameters?: ReadonlyMap<number, string> | undefined;
}

/** Options and member as the wrapper wants them. */
export function specOf(
  options: CheckedTracedOptions,
  { method, key, wrapper, className, parameters }: TracedMember,
): SpanSpec {
  const nameIn = (owner: string): string => options.name ?? `${owner === '' ? '(anonymous)' : owner}${memberName(key)}`;
  return {
    name: options.name ?? (className === undefined ? undefined : nameIn(className)),
    nameIn,
    ownerOf: (self) => owningClass(self, key, wrapper()),
    options,
    fixedAttributes: typeof options.attributes === 'object' ? attributeValues(options.attributes) : undefined,
    argumentAttributes: withParameters(options, parameters),
    isExpected: expectation(options.expectedErrors),
    // Node counts async generators among the async functions.
    isAsync: types.isAsyncFunction(method) && !types.isGeneratorFunction(method),
  };
}

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
  copyIdentity(like, wrapper);
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
