import { types } from 'node:util';
import { FcTracedError } from '../errors';
import type { AttributesOf, SpanSpec } from '../tracing/span-spec';
import { recordTraced } from './metadata';
import type { MemberPlace } from './metadata';
import { checkTracedOptions } from './traced-options';
import type { AnyMethod, CheckedTracedOptions, TracedOptions } from './traced-options';
import { wrapMethod } from './wrap-method';

/** What legacy and standard decorators are called with on a method. */
type MethodDecoratorArguments<F extends AnyMethod> =
  // oxlint-disable-next-line typescript/no-explicit-any -- `this` of a standard method decorator; `unknown` refuses every class
  | [value: F, context: ClassMethodDecoratorContext<any, F>]
  // oxlint-disable-next-line typescript/no-explicit-any -- the target of a legacy decorator, as TypeScript itself types it
  | [target: any, key: PropertyKey, descriptor: TypedPropertyDescriptor<F>];

function memberName(key: PropertyKey): string {
  return typeof key === 'symbol' ? `[${key.description ?? ''}]` : `.${String(key)}`;
}

/** The class that owns a member: the first on the chain, from `self` up, that has it itself. */
function owningClass(self: unknown, key: PropertyKey): string {
  const start: unknown = typeof self === 'function' ? self : Object.getPrototypeOf(self ?? {});
  for (let owner = start as object | null; owner !== null && owner !== undefined; owner = Reflect.getPrototypeOf(owner)) {
    if (!Object.hasOwn(owner, key)) continue;
    const found: unknown = typeof owner === 'function' ? owner : owner.constructor;
    if (typeof found === 'function') return found.name;
  }
  const fallback: unknown = typeof self === 'function' ? self : (self as object | undefined)?.constructor;
  return typeof fallback === 'function' ? fallback.name : '';
}

function specOf(options: CheckedTracedOptions, method: object, key: PropertyKey, className: string | undefined): SpanSpec {
  const nameIn = (owner: string): string => options.name ?? `${owner === '' ? '(anonymous)' : owner}${memberName(key)}`;
  return {
    name: options.name ?? (className === undefined ? undefined : nameIn(className)),
    nameIn,
    classNameOf: (self) => owningClass(self, key),
    kind: options.kind,
    root: options.root,
    attributes: options.attributes as AttributesOf | undefined,
    isAsync: types.isAsyncFunction(method),
  };
}

function refuse(target: unknown, key: unknown, what: string): never {
  const owner: unknown = typeof target === 'function' ? target : (target as object | undefined)?.constructor;
  const className = typeof owner === 'function' ? owner.name : 'a class';
  throw new FcTracedError('INVALID_TARGET', `@Traced on ${className}${key === undefined ? '' : memberName(key as PropertyKey)} stands on ${what}: put it on a method.`);
}

function isStandard(args: readonly unknown[]): boolean {
  const context = args[1];
  return args.length === 2 && typeof context === 'object' && context !== null && 'kind' in context;
}

function decorateStandard(options: CheckedTracedOptions, value: unknown, context: { kind: string; name: PropertyKey }): unknown {
  if (context.kind !== 'method' || typeof value !== 'function') return refuse(undefined, context.name, `a ${context.kind}`);
  const spec = specOf(options, value, context.name, undefined);
  const wrapper = wrapMethod(value as AnyMethod, spec);
  recordTraced(spec, wrapper, undefined);
  return wrapper;
}

function decorateLegacy(options: CheckedTracedOptions, place: MemberPlace, descriptor: PropertyDescriptor | undefined): PropertyDescriptor {
  const { target, key } = place;
  if (key === undefined) return refuse(target, undefined, 'a class');
  if (typeof descriptor === 'number') return refuse(target, key, 'a parameter');
  if (descriptor === undefined) return refuse(target, key, 'a property');
  const method: unknown = descriptor.value;
  if (typeof method !== 'function') return refuse(target, key, descriptor.get || descriptor.set ? 'an accessor' : 'a property');
  const owner: unknown = typeof target === 'function' ? target : target.constructor;
  const spec = specOf(options, method, key, typeof owner === 'function' ? owner.name : '');
  const wrapper = wrapMethod(method as AnyMethod, spec);
  recordTraced(spec, wrapper, place);
  return { ...descriptor, value: wrapper };
}

/**
 * Makes a span of every call of a method, named `Class.method` unless a name is given.
 *
 * The span is a child of the active one and active itself while the method runs; it ends when the method returns, throws, or
 * the promise it returned settles. An error that comes out is recorded once a trace, at the innermost span. The method
 * stays what it is: same values and errors, sync stays sync, same name, length, `this` and metadata. Where the caller's span is
 * not recorded, or no SDK is there, the method is called directly.
 *
 * Works with legacy decorators (`experimentalDecorators`) and with standard ones.
 *
 * @param nameOrOptions the spans' name, or {@link TracedOptions}
 * @throws FcTracedError `INVALID_OPTION` for an unknown option or a value it cannot take, `INVALID_TARGET` on anything but a method;
 *   both when the class is defined
 *
 * @example
 * ```ts
 * import { Traced } from 'fc-traced';
 * class Orders {
 *   \@Traced({ attributes: (id: number) => ({ 'order.id': id }) })
 *   async ship(id: number): Promise<string> {
 *     return `shipped ${id}`;
 *   }
 * }
 * ```
 */
export function Traced<F extends AnyMethod>(nameOrOptions?: string | TracedOptions<F>): (...args: MethodDecoratorArguments<F>) => any; // oxlint-disable-line typescript/no-explicit-any -- legacy wants a descriptor, standard a method
export function Traced(nameOrOptions?: unknown, ...more: unknown[]): (...args: unknown[]) => unknown {
  if (more.length > 0) throw new FcTracedError('INVALID_OPTION', '@Traced needs its parentheses: @Traced().');
  const options = checkTracedOptions(nameOrOptions);
  return (...args) => {
    if (isStandard(args)) return decorateStandard(options, args[0], args[1] as { kind: string; name: PropertyKey });
    const [target, key, descriptor] = args as [object, PropertyKey, PropertyDescriptor | undefined];
    return decorateLegacy(options, { target, key }, descriptor);
  };
}
