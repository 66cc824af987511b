import { SpanKind } from '@opentelemetry/api';
import type { Attributes, Link, SpanContext } from '@opentelemetry/api';
import { FcTracedError } from '../errors';
import { ignoreRejection } from '../tracing/calls/attributes';
import { KIND_NAMES, spanKindOf } from '../tracing/calls/span-spec';
import type { KindName } from '../tracing/calls/span-spec';

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
  readonly runtimeClass?: boolean;
  /** Default: `internal`. */
  readonly kind?: SpanKind | KindName;
  /** Attributes of each span: fixed ones, or made from the call's arguments. What it throws never reaches the call. */
  readonly attributes?: Attributes | ((this: T, ...args: Parameters<F>) => AttributeSource | undefined);
  /** Attributes made from what the call gave in the end: the awaited value, a generator's return value. */
  readonly result?: (this: T, result: ResultOf<F>) => AttributeSource | undefined;
  /** Further spans that the call is about, told from its arguments. */
  readonly links?: (this: T, ...args: Parameters<F>) => Iterable<Link | SpanContext> | undefined;
  /** Errors that do not mark the span as failed. */
  readonly expected?: ExpectedErrors;
  /** Start a trace of its own, linked to the caller's span. Default: false. */
  readonly root?: boolean;
  /** The last argument is a callback, `(error, result)`: the span ends when it is called. Default: false. */
  readonly callback?: boolean;
  /** Count bytes and items of a returned stream, as `fc_traced.stream.bytes` and `fc_traced.stream.items`. Default: false. */
  readonly count?: boolean;
  /** On classes alone. Named here so that TypeScript sees at once which of the two kinds of options are given. */
  readonly filter?: undefined;
}

/** Options of `@Traced` on a class. */
export interface TracedClassOptions extends Pick<TracedOptions, 'kind' | 'runtimeClass' | 'expected'> {
  /** Which of the class's own methods are traced. Default: all that do not carry `@Untraced()`. */
  readonly filter?: (method: string | symbol) => boolean;
}

/** Options, checked; of an unknown method. */
export type CheckedTracedOptions = Omit<TracedOptions, 'kind' | 'filter'> &
  Omit<TracedClassOptions, 'kind'> & { readonly kind: SpanKind };

function invalid(message: string): FcTracedError {
  return new FcTracedError('INVALID_OPTION', message);
}

function kindOf(kind: unknown): SpanKind {
  const known = spanKindOf(kind);
  if (known !== undefined) return known;
  throw invalid(`Option "kind" of @Traced must be one of ${KIND_NAMES}, not ${JSON.stringify(kind) ?? typeof kind}.`);
}

const flag = (value: unknown): string | undefined => (typeof value === 'boolean' ? undefined : 'true or false');
const fn = (value: unknown): string | undefined => (typeof value === 'function' ? undefined : 'a function');

/** What each option must be: nothing when it is, else the words for it. */
const CHECKS: Readonly<Record<string, (value: unknown) => string | undefined>> = {
  name: (value) => (typeof value === 'string' && value.trim() !== '' ? undefined : 'a text that is not empty'),
  runtimeClass: flag,
  kind: () => undefined,
  attributes: (value) =>
    typeof value === 'function' || (typeof value === 'object' && value !== null && !Array.isArray(value))
      ? undefined
      : 'an object or a function of the arguments',
  result: fn,
  links: fn,
  expected: (value) =>
    typeof value === 'function' || (Array.isArray(value) && value.every((item) => typeof item === 'function'))
      ? undefined
      : 'a list of error classes or a predicate',
  root: flag,
  callback: flag,
  count: flag,
  filter: fn,
};

const METHOD_KEYS = Object.keys(CHECKS).filter((key) => key !== 'filter');
const CLASS_KEYS = ['kind', 'runtimeClass', 'expected', 'filter'];

/** Checks what `@Traced` was given; throws INVALID_OPTION where it can never work. */
export function checkTracedOptions(given: unknown): CheckedTracedOptions {
  if (typeof given === 'string') {
    if (given.trim() === '') {
      throw invalid('The name given to @Traced is empty: leave it out for the default, Class.method.');
    }
    return { name: given, kind: SpanKind.INTERNAL };
  }
  if (given === undefined) return { kind: SpanKind.INTERNAL };
  if (typeof given !== 'object' || given === null) {
    throw invalid('@Traced takes a name or an object of options, and needs its parentheses: @Traced().');
  }
  for (const [key, value] of Object.entries(given)) {
    if (!Object.hasOwn(CHECKS, key)) {
      throw invalid(
        `@Traced has no option "${key}". Its options are ${METHOD_KEYS.join(', ')}; on a class: ${CLASS_KEYS.join(', ')}.`,
      );
    }
    const wanted = value === undefined ? undefined : CHECKS[key]!(value);
    if (wanted !== undefined) throw invalid(`Option "${key}" of @Traced must be ${wanted}.`);
  }
  const options = given as TracedOptions & TracedClassOptions;
  if (typeof options.attributes === 'object' && Object.keys(options.attributes).includes('')) {
    throw invalid('Option "attributes" of @Traced has an empty key: give each attribute a name.');
  }
  return { ...options, kind: kindOf(options.kind) };
}

/** Refuses options that belong on the other kind of place: throws INVALID_OPTION. */
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
