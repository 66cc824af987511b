import type { Context } from '@opentelemetry/api';
import { promisify, types } from 'node:util';
import { sharedByCopies } from '../api-registry';
import { copyIdentity } from '../replace-method';
import { attributeValues } from '../tracing/calls/attributes';
import type { Extractor } from '../tracing/calls/attributes';
import { runInSpan } from '../tracing/calls/run-in-span';
import { isPlain } from '../tracing/calls/span-spec';
import type { Owner, SpanSpec } from '../tracing/calls/span-spec';
import { errorMatcher, withAllKeys } from '../tracing/calls/traced-options';
import type { AnyMethod, CheckedTracedOptions } from '../tracing/calls/traced-options';
import { activeContext } from '../tracing/context/active-context';
import { telemetryOfCall } from '../tracing/context/ambient-telemetry';
import { isAsyncFunction } from '../tracing/end-strategies/promise';
import type { Telemetry } from '../tracing/telemetry/telemetry';
import { copyMetadata } from './metadata';

/**
 * Returns the part of a span name that follows the class: `.ship`, `[ship]` for a symbol, `.#ship` for a private
 * member.
 */
export function memberName(key: PropertyKey): string {
  return typeof key === 'symbol' ? `[${key.description ?? ''}]` : `.${String(key)}`;
}

/** Returns the name of a class from its prototype or from the class itself. */
export function classNameOf(target: unknown): string {
  const owner: unknown = typeof target === 'function' ? target : (target as object | null | undefined)?.constructor;
  return typeof owner === 'function' ? owner.name : '';
}

/**
 * Returns the class that defines a member: the first in the prototype chain of `self` whose member is `wrapper`. If
 * there is none, it is a guess: the first that has a member with this key, else the class of `self`.
 */
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

/** Merges the attributes of parameters with `@SpanAttribute` into those of the option, which take precedence. */
function withParameters(
  options: CheckedTracedOptions,
  parameters: ReadonlyMap<number, string> | undefined,
): Extractor | undefined {
  const extractor = typeof options.attributes === 'function' ? (options.attributes as Extractor) : undefined;
  if (parameters === undefined || parameters.size === 0) return extractor;
  return function (this: unknown, ...args: never[]) {
    const marked = Object.fromEntries([...parameters].map(([index, key]) => [key, args[index]]));
    const own: unknown = extractor === undefined ? undefined : Reflect.apply(extractor, this, args);
    // Returned unchanged, so that `extract` reports that it is not an object of attributes.
    if (own !== undefined && own !== null && (typeof own !== 'object' || Array.isArray(own) || types.isPromise(own))) {
      return own;
    }
    return { ...marked, ...(own as object | undefined) };
  };
}

/** A member to be traced. */
export interface TracedMember {
  readonly method: object;
  readonly key: PropertyKey;
  /** Returns the function that replaces the method. */
  readonly wrapper: () => unknown;
  /** Absent with standard decorators, where it is determined at the first call. */
  readonly className?: string;
  readonly parameters?: ReadonlyMap<number, string> | undefined;
}

/** Returns the spec of a member's spans. */
export function specOf(
  options: CheckedTracedOptions,
  { method, key, wrapper, className, parameters }: TracedMember,
): SpanSpec {
  const nameIn = (owner: string): string => options.name ?? `${owner === '' ? '(anonymous)' : owner}${memberName(key)}`;
  const fixedAttributes = typeof options.attributes === 'object' ? attributeValues(options.attributes) : undefined;
  const argumentAttributes = withParameters(options, parameters);
  return {
    name: options.name ?? (className === undefined ? undefined : nameIn(className)),
    nameIn,
    ownerOf: (self) => owningClass(self, key, wrapper()),
    options: withAllKeys(options),
    isPlain: isPlain(options, fixedAttributes, argumentAttributes),
    fixedAttributes,
    argumentAttributes,
    isExpected: errorMatcher(options.expectedErrors),
    isAsync: isAsyncMethod(method),
  };
}

// All copies of fc-traced share what they know of wrappers: two decorators on one method start one span.

/** Wrappers of async methods. Each call returns a new promise, as that of an async method does. */
const wrappers = sharedByCopies('wrappers of async methods', () => new WeakSet<object>());

/**
 * The body of an async function that was compiled to a target below ES2017: it begins with the return of a call of
 * TypeScript's `__awaiter`, esbuild's `__async` (its name is shorter in a minified file), or Babel's and swc's
 * `asyncToGenerator`. Declarations of variables may precede.
 */
const BODY_START = /^\s*(?:=>\s*)?(?:\{\s*(?:(?:var|let|const)\s[^;{}()]*;\s*)*return\b\s*)?/;
const NAMED_HELPER =
  /^(?:\(0,\s*)?(?:[\w$]+\.)*(?:__awaiter|__async|_?async_to_generator|_?asyncToGenerator)(?:\.(?:_|default))?\)?\(/;
const MINIFIED_HELPER = /^[\w$.]+\(this,\s*(?:null|arguments|void 0)\s*,(?:\s*void 0\s*,)?\s*function\s*\*/;

/** Whether the body of a function is that of a compiled async function. */
function isCompiledBody(body: string): boolean {
  const rest = body.slice(BODY_START.exec(body)?.[0].length ?? 0);
  return NAMED_HELPER.test(rest) || MINIFIED_HELPER.test(rest);
}

/** Returns the source of a function after its parameters. */
function bodyOf(source: string): string {
  const arrow = /^[\w$]+\s*(?==>)/.exec(source);
  if (arrow !== null) return source.slice(arrow[0].length);
  let depth = 0;
  for (let index = source.indexOf('('); index >= 0 && index < source.length; index += 1) {
    if (source[index] === '(') depth += 1;
    else if (source[index] === ')' && (depth -= 1) === 0) return source.slice(index + 1);
  }
  return '';
}

/**
 * Returns whether a method is async, so that only its caller holds the promise that it returns: a native async
 * function, one that was compiled to a lower target, or a wrapper of one by a decorator of this package.
 */
export function isAsyncMethod(method: object): boolean {
  return (
    isAsyncFunction(method) || wrappers.has(method) || isCompiledBody(bodyOf(Function.prototype.toString.call(method)))
  );
}

/** Records that a wrapper returns the promises of an async method. */
export function markAsync(wrapper: object): void {
  wrappers.add(wrapper);
}

type Method = (this: unknown, ...args: never[]) => unknown;

const { apply } = Reflect;

/**
 * Passes context and telemetry from a wrapper to the traced call that follows immediately. No other code runs in
 * between.
 */
const next: { context?: Context; telemetry?: Telemetry } = {};

/**
 * Returns a wrapper that runs `method` in a span if the active context requires one. The wrapper has the name, length,
 * own properties, prototype and metadata of `like`, which differs from `method` if another decorator wrapped the traced
 * method. Like any method, it cannot be called with `new`.
 */
export function wrapMethod(method: Method, spec: SpanSpec, like: Method = method): Method {
  function traced(this: unknown, ...args: unknown[]): unknown {
    return runInSpan(spec, next.telemetry!, next.context!, method, this, args);
  }
  const { wrapper } = {
    // V8 does not allocate an `arguments` object that is only passed to `apply`, so an untraced call allocates nothing.
    wrapper(this: unknown): unknown {
      const context = activeContext();
      const telemetry = telemetryOfCall(context);
      if (telemetry === undefined) return apply(method, this, arguments);
      next.context = context;
      next.telemetry = telemetry;
      return apply(traced, this, arguments);
    },
  };
  copyIdentity(like, wrapper, tracedPromisified(method, wrapper, spec));
  copyMetadata(like, wrapper);
  if (spec.isAsync) markAsync(wrapper);
  return wrapper;
}

/**
 * Traces the function that `util.promisify` returns instead of calling the wrapper, such as that of `exec`. Other own
 * functions of a method are other operations.
 */
function tracedPromisified(method: Method, wrapper: object, spec: SpanSpec): PropertyDescriptorMap | undefined {
  const property = Reflect.getOwnPropertyDescriptor(method, promisify.custom);
  if (property === undefined) return undefined;
  const wrappers = new WeakMap<object, unknown>();
  const trace = (custom: unknown): unknown => {
    // What `promisify` returned refers to itself.
    if (custom === method) return wrapper;
    if (typeof custom !== 'function') return custom;
    const known = wrappers.get(custom);
    if (known !== undefined) return known;
    const made = wrapMethod(custom as Method, { ...spec, isAsync: isAsyncMethod(custom) });
    wrappers.set(custom, made);
    return made;
  };
  const { get } = property;
  const traced =
    get === undefined ? { value: trace(property.value) } : { get: () => trace(Reflect.apply(get, method, [])) };
  return { [promisify.custom]: { ...property, ...traced } };
}

/** The method and the options of a wrapper. */
interface Origin {
  readonly method: AnyMethod;
  readonly options: CheckedTracedOptions;
}

const origins = sharedByCopies('traced methods', () => new WeakMap<object, Origin>());
const untraced = sharedByCopies('untraced methods', () => new WeakSet<object>());
/**
 * The members with a legacy `@Traced` or `@Untraced`, by prototype or class. Recorded by key, because another decorator
 * can replace the function.
 */
const decoratedMembers = sharedByCopies('decorated members', () => new WeakMap<object, Set<PropertyKey>>());

/** A wrapper with the spec of its spans. */
export interface Wrapped {
  readonly wrapper: AnyMethod;
  readonly spec: SpanSpec;
}

/**
 * Wraps a method. A method that is already wrapped gets one new wrapper with the merged options, in which those of the
 * outer decorator take precedence.
 */
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

/** Returns whether a member is decorated with `@Traced` or `@Untraced`. */
export function isDecorated(method: object, target: object, key: PropertyKey): boolean {
  return origins.has(method) || untraced.has(method) || decoratedMembers.get(target)?.has(key) === true;
}

/** Makes `@Traced` on the class skip the member with this key, even if another decorator replaces its function. */
export function markDecorated(target: object, key: PropertyKey): void {
  const keys = decoratedMembers.get(target) ?? new Set();
  decoratedMembers.set(target, keys.add(key));
}

/** Makes `@Traced` on the class skip a method. */
export function markUntraced(method: object): void {
  untraced.add(method);
}
