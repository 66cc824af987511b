import { FcTracedError } from '../errors';
import { checkPlace, checkTracedOptions } from '../tracing/calls/traced-options';
import type {
  AnyMethod,
  CheckedTracedOptions,
  MemberDecoratorArguments,
  TracedClassOptions,
  TracedOptions,
} from '../tracing/calls/traced-options';
import { recordTraced } from './metadata';
import type { MemberPlace } from './metadata';
import { markedParameters } from './span-attribute';
import { traceClass } from './traced-class';
import { classNameOf, markDecorated, memberName, wrapOnce } from './wrapped-methods';

/* oxlint-disable typescript/no-explicit-any -- members of any class and any type */
type StandardMemberContext =
  | ClassGetterDecoratorContext<any, any>
  | ClassSetterDecoratorContext<any, any>
  | ClassAccessorDecoratorContext<any, any>
  | ClassFieldDecoratorContext<any, any>;
/* oxlint-enable typescript/no-explicit-any */

/** The signatures of `@Traced` on classes and on members other than methods. */
interface LooseDecorator {
  // oxlint-disable-next-line typescript/no-explicit-any -- a getter's value may be of any type
  (target: object, key: PropertyKey, descriptor: TypedPropertyDescriptor<any>): any;
  // oxlint-disable-next-line typescript/no-explicit-any -- likewise
  (value: unknown, context: StandardMemberContext): any;
  // oxlint-disable-next-line typescript/no-explicit-any -- any class
  (target: abstract new (...args: any[]) => unknown, context?: ClassDecoratorContext): void;
}

interface StandardContext {
  readonly kind: string;
  readonly name: PropertyKey;
}

function refuse(target: unknown, key: unknown, what: string, remedy = 'apply it to a method'): never {
  const className = target === undefined ? '' : classNameOf(target);
  const where = key === undefined ? className : `${className}${memberName(key as PropertyKey)}`.replace(/^\./, '');
  throw new FcTracedError(
    'INVALID_TARGET',
    `@Traced cannot decorate ${what}${where === '' ? '' : ` (${where})`}: ${remedy}.`,
  );
}

function isStandard(args: readonly unknown[]): boolean {
  const context = args[1];
  return args.length === 2 && typeof context === 'object' && context !== null && 'kind' in context;
}

/** Whether the class defines a method under this key. The result of legacy decorators is defined after all of them. */
function isMethod(target: object, key: PropertyKey): boolean {
  return typeof Reflect.getOwnPropertyDescriptor(target, key)?.value === 'function';
}

function decorateStandard(options: CheckedTracedOptions, value: unknown, { kind, name }: StandardContext): unknown {
  if (kind === 'class') return traceClass(options, value as object);
  checkPlace(options, false, `the member ${String(name)}`);
  const wrap = (method: unknown, className?: string): AnyMethod => {
    const { wrapper, spec } = wrapOnce(options, {
      method: method as AnyMethod,
      key: name,
      ...(className !== undefined && { className }),
    });
    recordTraced(spec, wrapper, undefined);
    return wrapper;
  };
  if (kind === 'method' || kind === 'getter' || kind === 'setter') return wrap(value);
  if (kind === 'accessor') {
    const { get, set } = value as { get: AnyMethod; set: AnyMethod };
    return { get: wrap(get), set: wrap(set) };
  }
  return function (this: unknown, initial: unknown): unknown {
    return typeof initial === 'function'
      ? wrap(initial, classNameOf(this))
      : refuse(this, name, 'a field that is not a function');
  };
}

function decorateLegacy(
  options: CheckedTracedOptions,
  place: MemberPlace,
  descriptor: PropertyDescriptor | undefined,
): unknown {
  const { target, key } = place;
  if (key === undefined) {
    return typeof descriptor === 'number'
      ? refuse(target, undefined, 'a parameter of the constructor')
      : traceClass(options, target);
  }
  if (typeof descriptor === 'number') {
    return refuse(target, key, 'a parameter', 'apply it to the method, and @SpanAttribute to the parameter');
  }
  if (descriptor === undefined) {
    return refuse(
      target,
      key,
      'a property',
      'apply it to a method; a field that is a function requires standard decorators',
    );
  }
  checkPlace(options, false, `the member ${String(key)}`);
  markDecorated(target, key);
  const wrap = (method: unknown): AnyMethod => {
    const { wrapper, spec } = wrapOnce(options, {
      method: method as AnyMethod,
      key,
      className: classNameOf(target),
      parameters: markedParameters(target, key),
    });
    recordTraced(spec, wrapper, place);
    return wrapper;
  };
  if (typeof descriptor.get === 'function' && isMethod(target, key)) {
    return refuse(
      target,
      key,
      'a method that the decorator below it turned into a getter',
      'apply @Traced below that decorator',
    );
  }
  if (typeof descriptor.value === 'function') return { ...descriptor, value: wrap(descriptor.value) };
  if (descriptor.get === undefined && descriptor.set === undefined) {
    return refuse(target, key, 'a property that is not a function');
  }
  return {
    ...descriptor,
    ...(descriptor.get && { get: wrap(descriptor.get) }),
    ...(descriptor.set && { set: wrap(descriptor.set) }),
  };
}

/**
 * Starts a span for every call of a method, named `Class.method` by default. On a class, it applies to each of the
 * class's own methods.
 *
 * The span is a child of the active span, and is active while the method runs. It ends when the work ends: when the
 * method returns or throws, when the returned promise settles, or when the returned generator, stream or observable
 * ends. An error is recorded once per trace, on the innermost span. The method's behaviour does not change: it has the
 * same return value and errors, name, length, `this` and metadata, and a synchronous method stays synchronous. If the
 * caller's span is not recorded, or no telemetry is set up, the method is called directly.
 *
 * Works with legacy (`experimentalDecorators`) and standard decorators, on methods, static methods, symbol-keyed
 * methods, getters and setters. With standard decorators, it also works on `#private` methods, on `accessor`s, and on
 * fields that are functions. Two `@Traced` on one method start one span.
 *
 * @param nameOrOptions the name of the spans, or {@link TracedOptions}; on a class, {@link TracedClassOptions}
 * @throws FcTracedError when the class is defined: `INVALID_OPTION` for an unknown option or an invalid value,
 *   `INVALID_TARGET` on any other target. On a standard field, `INVALID_TARGET` when the field is initialized
 *
 * @example
 * ```ts
 * import { Traced } from 'fc-traced';
 * class Orders {
 *   ;@Traced({ attributes: (id: number) => ({ 'order.id': id }) })
 *   async ship(id: number): Promise<string> {
 *     return `shipped ${id}`;
 *   }
 * }
 * ```
 */
// oxlint-disable-next-line typescript/no-explicit-any -- a member of any class
export function Traced<F extends AnyMethod, T = any>(
  nameOrOptions?: string | TracedOptions<F, T>,
  // oxlint-disable-next-line typescript/no-explicit-any -- returns a descriptor (legacy) or a method (standard)
): ((...args: MemberDecoratorArguments<F, T>) => any) & LooseDecorator;
export function Traced(options: TracedClassOptions): LooseDecorator;
export function Traced(nameOrOptions?: unknown, ...more: unknown[]): (...args: unknown[]) => unknown {
  if (more.length > 0) throw new FcTracedError('INVALID_OPTION', '@Traced requires parentheses: @Traced().');
  const options = checkTracedOptions(nameOrOptions);
  return (...args) => {
    if (isStandard(args)) return decorateStandard(options, args[0], args[1] as StandardContext);
    const [target, key, descriptor] = args as [object, PropertyKey, PropertyDescriptor | undefined];
    return decorateLegacy(options, { target, key }, descriptor);
  };
}

/**
 * Returns a function that calls `fn` in a span, as `@Traced` does for a method. It has the type, name, length and
 * properties of `fn`. By default, the spans have the name of the function.
 *
 * @param fn the function to trace
 * @param nameOrOptions the name of the spans, or {@link TracedOptions}
 * @throws FcTracedError `INVALID_TARGET` if `fn` is a class or not a function, `INVALID_OPTION` for an unknown option,
 *   an invalid value, or an anonymous function without the option `name`
 *
 * @example
 * ```ts
 * import { traced } from 'fc-traced';
 * export const price = traced(function price(items: number): number {
 *   return items * 3;
 * });
 * ```
 */
export function traced<F extends AnyMethod>(fn: F, nameOrOptions?: string | TracedOptions<F, ThisParameterType<F>>): F {
  if (typeof fn !== 'function' || /^class\b/.test(Function.prototype.toString.call(fn))) {
    const description =
      typeof fn === 'function' ? `the class ${(fn as AnyMethod).name}` : `a value of type ${typeof fn}`;
    throw new FcTracedError('INVALID_TARGET', `traced() takes a function, not ${description}.`);
  }
  const options = checkTracedOptions(nameOrOptions);
  checkPlace(options, false, 'a function');
  const name = options.name ?? fn.name;
  if (name === '') {
    throw new FcTracedError(
      'INVALID_OPTION',
      'traced() requires a name for an anonymous function: pass one as the second argument.',
    );
  }
  return wrapOnce({ ...options, name }, { method: fn, key: name, className: '' }).wrapper as F;
}
