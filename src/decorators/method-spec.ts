import { types } from 'node:util';
import { attributeValues } from '../tracing/calls/attributes';
import type { Extractor } from '../tracing/calls/attributes';
import type { Owner, SpanSpec } from '../tracing/calls/span-spec';
import { expectation } from './traced-options';
import type { CheckedTracedOptions } from './traced-options';

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
    runtimeClass: options.runtimeClass === true && options.name === undefined,
    kind: options.kind,
    root: options.root === true,
    fixed: typeof options.attributes === 'object' ? attributeValues(options.attributes) : undefined,
    attributes: withParameters(options, parameters),
    result: options.result as Extractor | undefined,
    links: options.links as Extractor | undefined,
    isExpected: expectation(options.expected),
    callback: options.callback === true,
    count: options.count === true,
    // Node counts async generators among the async functions.
    isAsync: types.isAsyncFunction(method) && !types.isGeneratorFunction(method),
  };
}
