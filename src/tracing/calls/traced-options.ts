import { SpanKind } from '@opentelemetry/api';
import type { Attributes, Link, SpanContext } from '@opentelemetry/api';
import { check, checkOptions } from '../../config/check-options';
import type { Check } from '../../config/check-options';
import { FcTracedError } from '../../errors';
import { ignoreRejection } from './attributes';
import { KIND_NAMES, spanKindOf } from './span-spec';
import type { SpanKindName } from './span-spec';

/** Any method. The one `any` that inference of a decorated method's arguments needs. */
// oxlint-disable-next-line typescript/no-explicit-any -- `unknown[]` would refuse every method with narrower parameters
export type AnyMethod = (...args: any[]) => any;

/** What an extractor may give: values of OpenTelemetry, secrets, dates, bigints, and objects of these, which become dotted keys. */
export type AttributeSource = Readonly<Record<string, unknown>>;

/** What a method gives in the end: what its promise or generator gives, or the returned value itself. */
export type ResultOf<F extends AnyMethod> =
  ReturnType<F> extends Generator<unknown, infer R> | AsyncGenerator<unknown, infer R> ? R : Awaited<ReturnType<F>>;

/** Errors that are part of the bargain: classes, or a predicate. */
// oxlint-disable-next-line typescript/no-explicit-any -- a class of errors may take anything
export type ExpectedErrors = readonly (abstract new (...args: any[]) => unknown)[] | ((error: unknown) => boolean);

/** What legacy and standard decorators are called with on a method, an accessor or a field. */
export type MemberDecoratorArguments<F extends AnyMethod, T> =
  | [value: F, context: ClassMethodDecoratorContext<T, F>]
  | [target: T, key: PropertyKey, descriptor: TypedPropertyDescriptor<F>];

/** Options of `@Traced`, for a method of type `F` and of objects of type `T`, both inferred where it stands. */
// oxlint-disable-next-line typescript/no-explicit-any -- options written apart from their class may be for any
export interface TracedOptions<F extends AnyMethod = AnyMethod, T = any> {
  /** Name of the spans. Default: `Class.method`. */
  readonly name?: string;
  /** Name spans after the class of the instance, where a subclass inherits the method. Default: false. */
  readonly nameFromInstanceClass?: boolean;
  /** Default: `internal`. */
  readonly kind?: SpanKind | SpanKindName;
  /** Attributes of each span: fixed ones, or made from the call's arguments. What it throws never reaches the call. */
  readonly attributes?: Attributes | ((this: T, ...args: Parameters<F>) => AttributeSource | undefined);
  /** Attributes made from what the call gave in the end: the awaited value, a generator's return value. */
  readonly resultAttributes?: (this: T, result: ResultOf<F>) => AttributeSource | undefined;
  /** Further spans that the call is about, told from its arguments. */
  readonly links?: (this: T, ...args: Parameters<F>) => Iterable<Link | SpanContext> | undefined;
  /** Errors that do not mark the span as failed. */
  readonly expectedErrors?: ExpectedErrors;
  /** Start a trace of its own, linked to the caller's span. Default: false. */
  readonly root?: boolean;
  /** The last argument is a callback, `(error, result)`: the span ends when it is called. Default: false. */
  readonly callback?: boolean;
  /** Count bytes and items of a returned stream, as `fc_traced.stream.bytes` and `fc_traced.stream.items`. Default: false. */
  readonly countStream?: boolean;
  /** On classes alone. Named here so that TypeScript sees at once which of the two kinds of options are given. */
  readonly filter?: undefined;
}

/** Options of `@Traced` on a class. */
export interface TracedClassOptions extends Pick<TracedOptions, 'kind' | 'nameFromInstanceClass' | 'expectedErrors'> {
  /** Which of the class's own methods are traced. Default: all that do not carry `@Untraced()`. */
  readonly filter?: (method: string | symbol) => boolean;
}

/** Options, checked; of an unknown method. */
export type CheckedTracedOptions = Omit<TracedOptions, 'kind' | 'filter'> &
  Omit<TracedClassOptions, 'kind'> & { readonly kind: SpanKind };

const ERROR_CLASSES = check.arrayOf('error classes, or a predicate', (item) => typeof item === 'function');

const CHECKS: { readonly [K in keyof Required<TracedOptions & TracedClassOptions>]: Check } = {
  name: check.string,
  nameFromInstanceClass: check.boolean,
  kind: (value) => (spanKindOf(value) === undefined ? `one of ${KIND_NAMES}` : undefined),
  attributes: (value) =>
    check.function(value) === undefined || check.object(value) === undefined
      ? undefined
      : 'an object or a function of the arguments',
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

function invalid(message: string): FcTracedError {
  return new FcTracedError('INVALID_OPTION', message);
}

/** Checks what `@Traced` was given. Throws `INVALID_OPTION`. */
export function checkTracedOptions(given: unknown): CheckedTracedOptions {
  if (typeof given === 'string') {
    if (given.trim() === '') {
      throw invalid('The name given to @Traced is empty: leave it out for the default, Class.method.');
    }
    return { name: given, kind: SpanKind.INTERNAL };
  }
  if (given !== undefined && (typeof given !== 'object' || given === null)) {
    throw invalid('@Traced takes a name or an object of options, and needs its parentheses: @Traced().');
  }
  const options = checkOptions<TracedOptions & TracedClassOptions>(given, '@Traced', CHECKS, NAMES);
  if (typeof options.attributes === 'object' && Object.keys(options.attributes).includes('')) {
    throw invalid('Option "attributes" of @Traced has an empty key: give each attribute a name.');
  }
  return { ...options, kind: spanKindOf(options.kind)! };
}

/** Refuses options that belong on the other kind of target. Throws `INVALID_OPTION`. */
export function checkPlace(options: CheckedTracedOptions, isClass: boolean, where: string): void {
  const allowed = isClass ? CLASS_KEYS : METHOD_KEYS;
  const wrong = Object.keys(options).find((key) => !allowed.includes(key) && Reflect.get(options, key) !== undefined);
  if (wrong !== undefined) {
    throw invalid(
      `Option "${wrong}" of @Traced does not belong on ${where}: there, its options are ${allowed.join(', ')}.`,
    );
  }
}

/** Whether an error is one of those that were named. */
export function expectation(expected: ExpectedErrors | undefined): ((error: unknown) => boolean) | undefined {
  if (expected === undefined) return undefined;
  const matches =
    typeof expected === 'function'
      ? expected
      : (error: unknown): boolean => expected.some((errorClass) => error instanceof errorClass);
  return (error) => {
    try {
      const said: unknown = matches(error);
      ignoreRejection(said);
      return said === true;
    } catch {
      return false;
    }
  };
}
