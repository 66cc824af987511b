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
import { classNameOf, memberName, settlePlace, wrapOnce } from './wrapped-methods';

/* oxlint-disable typescript/no-explicit-any -- members of any class and any type */
type StandardMemberContext =
  | ClassGetterDecoratorContext<any, any>
  | ClassSetterDecoratorContext<any, any>
  | ClassAccessorDecoratorContext<any, any>
  | ClassFieldDecoratorContext<any, any>;
/* oxlint-enable typescript/no-explicit-any */

/** `@Traced` on members other than methods, and on classes. */
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

function refuse(target: unknown, key: unknown, what: string, remedy = 'put it on a method'): never {
  const className = target === undefined ? '' : classNameOf(target);
  const where = key === undefined ? className : `${className}${memberName(key as PropertyKey)}`.replace(/^\./, '');
  throw new FcTracedError('INVALID_TARGET', `@Traced on ${where} stands on ${what}: ${remedy}.`);
}

function isStandard(args: readonly unknown[]): boolean {
  const context = args[1];
  return args.length === 2 && typeof context === 'object' && context !== null && 'kind' in context;
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
      : refuse(this, name, 'a field that holds no function');
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
    return refuse(target, key, 'a parameter', 'put it on the method, and @SpanAttribute on the parameter');
  }
  if (descriptor === undefined) {
    return refuse(
      target,
      key,
      'a property',
      'put it on a method; a field that holds a function needs standard decorators',
    );
  }
  checkPlace(options, false, `the member ${String(key)}`);
  settlePlace(target, key);
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
  if (typeof descriptor.value === 'function') return { ...descriptor, value: wrap(descriptor.value) };
  if (descriptor.get === undefined && descriptor.set === undefined) {
    return refuse(target, key, 'a property that holds no function');
  }
  return {
    ...descriptor,
    ...(descriptor.get && { get: wrap(descriptor.get) }),
    ...(descriptor.set && { set: wrap(descriptor.set) }),
  };
}

/**
 * Makes a span of every call of a method, named `Class.method` unless a name is given; on a class, of every method of its own.
 *
 * The span is a child of the active one and active itself while the method runs; it ends when the work does: at the return or
 * the throw, when the returned promise settles, when the returned generator, stream or observable is over. An error that comes out
 * is recorded once a trace, at the innermost span. The method stays what it is: same values and errors, sync stays sync, same name,
 * length, `this` and metadata. Where the caller's span is not recorded, or no SDK is there, it is called directly.
 *
 * Works with legacy decorators (`experimentalDecorators`) and with standard ones, on methods (static, symbol-keyed and, with standard
 * decorators, `#private` ones), getters, setters, and with standard decorators `accessor`s and fields that hold a function. Twice on
 * one method makes one span.
 *
 * @param nameOrOptions the spans' name, or {@link TracedOptions}; on a class, {@link TracedClassOptions}
 * @throws FcTracedError `INVALID_OPTION` for an unknown option or a value it cannot take, `INVALID_TARGET` on anything else; both when
 *   the class is defined
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
// oxlint-disable-next-line typescript/no-explicit-any -- a member of any class
export function Traced<F extends AnyMethod, T = any>(
  nameOrOptions?: string | TracedOptions<F, T>,
  // oxlint-disable-next-line typescript/no-explicit-any -- legacy decorators return a descriptor, standard ones a method
): ((...args: MemberDecoratorArguments<F, T>) => any) & LooseDecorator;
export function Traced(options: TracedClassOptions): LooseDecorator;
export function Traced(nameOrOptions?: unknown, ...more: unknown[]): (...args: unknown[]) => unknown {
  if (more.length > 0) throw new FcTracedError('INVALID_OPTION', '@Traced needs its parentheses: @Traced().');
  const options = checkTracedOptions(nameOrOptions);
  return (...args) => {
    if (isStandard(args)) return decorateStandard(options, args[0], args[1] as StandardContext);
    const [target, key, descriptor] = args as [object, PropertyKey, PropertyDescriptor | undefined];
    return decorateLegacy(options, { target, key }, descriptor);
  };
}

/**
 * Makes a span of every call of a plain function, with the semantics of `@Traced`: gives a function that is like the given
 * one in type, name, length and properties. The spans are named after the function unless a name is given.
 *
 * @throws FcTracedError `INVALID_TARGET` for what is no function or a class, `INVALID_OPTION` for an unknown option, or for a function
 *   without a name when none is given
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
    throw new FcTracedError(
      'INVALID_TARGET',
      `traced() takes a function, not ${typeof fn === 'function' ? `the class ${fn.name}` : `a value of type ${typeof fn}`}.`,
    );
  }
  const options = checkTracedOptions(nameOrOptions);
  checkPlace(options, false, 'a function');
  const name = options.name ?? fn.name;
  if (name === '') {
    throw new FcTracedError(
      'INVALID_OPTION',
      'traced() was given a function without a name: give one as the second argument.',
    );
  }
  return wrapOnce({ ...options, name }, { method: fn, key: name, className: '' }).wrapper as F;
}
