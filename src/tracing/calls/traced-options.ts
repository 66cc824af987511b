import { SpanKind } from '@opentelemetry/api';
import type { Attributes, Link, SpanContext } from '@opentelemetry/api';
import { check, checkOptions } from '../../config/check-options';
import type { Check } from '../../config/check-options';
import { FcTracedError } from '../../errors';
import { isInstance } from '../../realms';
import { ignoreRejection } from './attributes';
import { KIND_NAMES, spanKindOf } from './span-spec';
import type { SpanKindName } from './span-spec';

/** Any method. Inferring the arguments of a decorated method requires `any`. */
// oxlint-disable-next-line typescript/no-explicit-any -- `unknown[]` would refuse every method with narrower parameters
export type AnyMethod = (...args: any[]) => any;

/**
 * The attributes that an extractor returns: attribute values, secrets, dates, bigints, and objects of these (dotted
 * keys).
 */
export type AttributeSource = Readonly<Record<string, unknown>>;

/** The result of a method: the awaited value of its promise, the return value of its generator, or its return value. */
export type ResultOf<F extends AnyMethod> =
  ReturnType<F> extends Generator<unknown, infer R> | AsyncGenerator<unknown, infer R> ? R : Awaited<ReturnType<F>>;

/** Errors that do not mark a span as failed: their classes, or a predicate. */
// oxlint-disable-next-line typescript/no-explicit-any -- a class of errors may take anything
export type ExpectedErrors = readonly (abstract new (...args: any[]) => unknown)[] | ((error: unknown) => boolean);

/** The arguments of a decorator on a method of type `F` in a class of type `T`, standard or legacy. */
export type MemberDecoratorArguments<F extends AnyMethod, T> =
  | [value: F, context: ClassMethodDecoratorContext<T, F>]
  | [target: T, key: PropertyKey, descriptor: TypedPropertyDescriptor<F>];

/** Options of `@Traced` on a method of type `F` in a class of type `T`. Both are inferred from the decorated method. */
// oxlint-disable-next-line typescript/no-explicit-any -- options that are defined outside of a class are for any class
export interface TracedOptions<F extends AnyMethod = AnyMethod, T = any> {
  /** The name of the spans. Default: `Class.method`. */
  readonly name?: string;
  /** Whether a span of an inherited method is named after the class of the instance. Default: false. */
  readonly nameFromInstanceClass?: boolean;
  /** The span kind. Default: `internal`. */
  readonly kind?: SpanKind | SpanKindName;
  /**
   * Attributes of each span: an object, or a function that returns one from the arguments. If the function throws, the
   * call is not affected. Default: none.
   */
  readonly attributes?: Attributes | ((this: T, ...args: Parameters<F>) => AttributeSource | undefined);
  /**
   * Returns attributes from the result: the return value, the awaited value of a promise, or the return value of a
   * generator. Default: none.
   */
  readonly resultAttributes?: (this: T, result: ResultOf<F>) => AttributeSource | undefined;
  /** Returns span links from the arguments, 128 at most. Default: none. */
  readonly links?: (this: T, ...args: Parameters<F>) => Iterable<Link | SpanContext> | undefined;
  /** Errors that do not mark the span as failed. Default: none. */
  readonly expectedErrors?: ExpectedErrors;
  /** Whether the span starts a new trace, linked to the caller's span. Default: false. */
  readonly root?: boolean;
  /** Whether the last argument is a callback `(error, result)` that ends the span when it is called. Default: false. */
  readonly callback?: boolean;
  /** Whether to record `fc_traced.stream.bytes` and `fc_traced.stream.items` of a returned stream. Default: false. */
  readonly countStream?: boolean;
  /** Only valid on a class. Declared here so that TypeScript can distinguish the two kinds of options. Default: none. */
  readonly filter?: undefined;
}

/** Options of `@Traced` on a class. */
export interface TracedClassOptions extends Pick<TracedOptions, 'kind' | 'nameFromInstanceClass' | 'expectedErrors'> {
  /**
   * Returns whether to trace a method of the class. Not called for methods with `@Traced` or `@Untraced`. Default: all.
   */
  readonly filter?: (method: string | symbol) => boolean;
}

/** Checked options of any method or class. */
export type CheckedTracedOptions = Omit<TracedOptions, 'kind' | 'filter'> &
  Omit<TracedClassOptions, 'kind'> & { readonly kind: SpanKind };

const ERROR_CLASSES = check.arrayOf('error classes or a predicate', (item) => typeof item === 'function');

const CHECKS: { readonly [K in keyof Required<TracedOptions & TracedClassOptions>]: Check } = {
  name: check.string,
  nameFromInstanceClass: check.boolean,
  kind: (value) => (spanKindOf(value) === undefined ? `one of ${KIND_NAMES}` : undefined),
  attributes: (value) =>
    check.function(value) === undefined || check.object(value) === undefined ? undefined : 'an object or a function',
  resultAttributes: check.function,
  links: check.function,
  expectedErrors: (value) => (check.function(value) === undefined ? undefined : ERROR_CLASSES(value)),
  root: check.boolean,
  callback: check.boolean,
  countStream: check.boolean,
  filter: check.function,
};

const METHOD_KEYS = Object.keys(CHECKS).filter((key) => key !== 'filter');
const CLASS_KEYS = ['kind', 'nameFromInstanceClass', 'expectedErrors', 'filter'];
const NAMES = `${METHOD_KEYS.join(', ')}; on a class: ${CLASS_KEYS.join(', ')}`;

const ABSENT: Readonly<Record<string, undefined>> = Object.fromEntries(METHOD_KEYS.map((key) => [key, undefined]));

/** The same options with all keys, so that the objects of all methods have one shape, which V8 reads faster. */
export function withAllKeys(options: CheckedTracedOptions): CheckedTracedOptions {
  return { ...ABSENT, ...options };
}

function invalid(message: string): FcTracedError {
  return new FcTracedError('INVALID_OPTION', message);
}

/** Checks the argument of `@Traced`. Throws `INVALID_OPTION`. */
export function checkTracedOptions(nameOrOptions: unknown): CheckedTracedOptions {
  if (typeof nameOrOptions === 'string') {
    if (nameOrOptions.trim() === '') {
      throw invalid('The name passed to @Traced is empty: omit it for the default, Class.method.');
    }
    return { name: nameOrOptions, kind: SpanKind.INTERNAL };
  }
  if (nameOrOptions !== undefined && (typeof nameOrOptions !== 'object' || nameOrOptions === null)) {
    throw invalid('@Traced takes a name or an object of options, and requires parentheses: @Traced().');
  }
  const options = checkOptions<TracedOptions & TracedClassOptions>(nameOrOptions, '@Traced', CHECKS, NAMES);
  if (typeof options.attributes === 'object' && Object.keys(options.attributes).includes('')) {
    throw invalid('Option "attributes" of @Traced has an empty key: every attribute requires a key.');
  }
  return { ...options, kind: spanKindOf(options.kind)! };
}

/** Rejects options that are not valid on this kind of target. Throws `INVALID_OPTION`. */
export function checkPlace(options: CheckedTracedOptions, isClass: boolean, where: string): void {
  const allowed = isClass ? CLASS_KEYS : METHOD_KEYS;
  const wrong = Object.keys(options).find((key) => !allowed.includes(key) && Reflect.get(options, key) !== undefined);
  if (wrong !== undefined) {
    throw invalid(
      `Option "${wrong}" of @Traced is not valid on ${where}. Its options there are ${allowed.join(', ')}.`,
    );
  }
}

/** Returns a function that says whether an error is expected. A predicate that throws does not match. */
export function errorMatcher(expected: ExpectedErrors | undefined): ((error: unknown) => boolean) | undefined {
  if (expected === undefined) return undefined;
  const matches =
    typeof expected === 'function'
      ? expected
      : (error: unknown): boolean => expected.some((errorClass) => isInstance(error, errorClass));
  return (error) => {
    try {
      const result: unknown = matches(error);
      ignoreRejection(result);
      return result === true;
    } catch {
      return false;
    }
  };
}
