import 'reflect-metadata';
import type { SpanKind } from '@opentelemetry/api';
import type { HandlerOptions } from '../config/options';
import type { SpanSpec } from '../tracing/calls/span-spec';

// Registered symbols, so that tools and other copies of this package can read the metadata.
const TRACED = Symbol.for('fc-traced:traced');
const ENTRY = Symbol.for('fc-traced:entry');
const HANDLER = Symbol.for('fc-traced:handler');

/** A class with any constructor parameters. */
export type Constructor<T = object> = abstract new (...args: never[]) => T;

/** The metadata of one `@Traced` method. */
export interface TracedMethodMetadata {
  readonly method: PropertyKey;
  /** The name of the method's spans. */
  readonly name: string;
  readonly kind: SpanKind;
  readonly root: boolean;
  readonly static: boolean;
}

/** The metadata that the decorators recorded for a class and its base classes. */
export interface TracedMetadata {
  /** The options of `@Handler` on the class; absent without that decorator. */
  readonly handler?: HandlerOptions;
  /** The methods that are decorated with `@Handler`, with their options. */
  readonly entries: readonly { readonly method: string; readonly options: EntryOptions }[];
  readonly methods: readonly TracedMethodMetadata[];
}

/** Options of `@Handler` on a method. */
export type EntryOptions = Pick<HandlerOptions, 'name'>;

/** The member that a legacy decorator decorates: its prototype, or its class if it is static, and its key. */
export interface MemberPlace {
  readonly target: object;
  readonly key: PropertyKey;
}

/** Records the spec of a method's spans on the function and, with legacy decorators, on the member. */
export function recordTraced(spec: SpanSpec, wrapper: object, place: MemberPlace | undefined): void {
  Reflect.defineMetadata(TRACED, spec, wrapper);
  if (place !== undefined) Reflect.defineMetadata(TRACED, spec, place.target, place.key as string | symbol);
}

/** Records that a method is an entry method. */
export function recordEntry(options: EntryOptions, method: object, place: MemberPlace | undefined): void {
  Reflect.defineMetadata(ENTRY, options, method);
  if (place !== undefined) Reflect.defineMetadata(ENTRY, options, place.target, place.key as string | symbol);
}

/** Records the options of a handler class. */
export function recordHandler(options: HandlerOptions, handlerClass: object): void {
  Reflect.defineMetadata(HANDLER, options, handlerClass);
}

/** Copies the metadata that other decorators defined on a function. */
export function copyMetadata(from: object, to: object): void {
  for (const key of Reflect.getOwnMetadataKeys(from) as unknown[]) {
    Reflect.defineMetadata(key, Reflect.getOwnMetadata(key, from), to);
  }
}

function readMember(symbol: symbol, owner: object, key: PropertyKey): unknown {
  const onPlace: unknown = Reflect.getOwnMetadata(symbol, owner, key as string | symbol);
  if (onPlace !== undefined) return onPlace;
  const descriptor = Reflect.getOwnPropertyDescriptor(owner, key);
  const value: unknown = descriptor?.value ?? descriptor?.get ?? descriptor?.set;
  return typeof value === 'function' ? (Reflect.getOwnMetadata(symbol, value) as unknown) : undefined;
}

/** Yields the members of `start` and of its prototypes, nearest first and each key once. */
function* membersOf(start: object): Generator<readonly [owner: object, key: PropertyKey]> {
  const seen = new Set<PropertyKey>();
  for (
    let owner: object | null = start;
    owner !== null && owner !== Object.prototype && owner !== Function.prototype;
    owner = Reflect.getPrototypeOf(owner)
  ) {
    for (const key of Reflect.ownKeys(owner)) {
      if (seen.has(key)) continue;
      seen.add(key);
      yield [owner, key];
    }
  }
}

function methodsOn(start: object, isStatic: boolean): TracedMethodMetadata[] {
  return [...membersOf(start)].flatMap(([owner, key]) => {
    const spec = readMember(TRACED, owner, key) as SpanSpec | undefined;
    if (spec === undefined) return [];
    const ownerClass: unknown = isStatic ? owner : owner.constructor;
    const name = spec.name ?? spec.nameIn(typeof ownerClass === 'function' ? ownerClass.name : '');
    return [{ method: key, name, kind: spec.options.kind, root: spec.options.root === true, static: isStatic }];
  });
}

/**
 * Returns the metadata that `@Handler` and `@Traced` recorded for a class, inherited members included.
 *
 * The lists are empty for a class without these decorators. `#private` methods are not accessible and are not listed.
 *
 * @example
 * ```ts
 * import { getTracedMetadata, Traced } from 'fc-traced';
 * class Orders {
 *   ;@Traced() ship(): void {}
 * }
 * const names = getTracedMetadata(Orders).methods.map(({ name }) => name); // ['Orders.ship']
 * ```
 */
export function getTracedMetadata(tracedClass: Constructor): TracedMetadata {
  const handler = Reflect.getMetadata(HANDLER, tracedClass) as HandlerOptions | undefined;
  const prototype = tracedClass.prototype as object;
  const entries = [...membersOf(prototype)].flatMap(([owner, key]) => {
    const options = readMember(ENTRY, owner, key) as EntryOptions | undefined;
    return options === undefined || typeof key !== 'string' ? [] : [{ method: key, options }];
  });
  return {
    ...(handler && { handler }),
    entries,
    methods: [...methodsOn(prototype, false), ...methodsOn(tracedClass, true)],
  };
}
