import { types } from 'node:util';
import { FcTracedError } from '../errors';
import { copyIdentity } from '../replace-method';
import { ATTR_FC_TRACED_PROBLEM } from '../semconv';
import { annotateSpan, extract } from '../tracing/calls/attributes';
import type { Extractor } from '../tracing/calls/attributes';
import type {
  AnyMethod,
  AttributeSource,
  MemberDecoratorArguments,
  TracedOptions,
} from '../tracing/calls/traced-options';
import { currentSpan } from '../tracing/context/current-span';
import type { FollowedCall } from '../tracing/end-strategies/followed-call';
import { followIterator } from '../tracing/end-strategies/iterator';
import { lazyObjectEndStrategy } from '../tracing/end-strategies/follow-value';
import { hasThen, promiseEndStrategy } from '../tracing/end-strategies/promise';
import { copyMetadata } from './metadata';
import { isAsyncMethod, markAsync, memberName } from './wrapped-methods';

/** Options of `@Annotate`, for a method of type `F` and of objects of type `T`. */
// oxlint-disable-next-line typescript/no-explicit-any -- as for TracedOptions
export type AnnotateOptions<F extends AnyMethod = AnyMethod, T = any> = Pick<
  TracedOptions<F, T>,
  'resultAttributes'
> & {
  /** Returns attributes from the arguments of the call. */
  readonly attributes?: (this: T, ...args: Parameters<F>) => AttributeSource | undefined;
};

/** Returns a call without a span, which only receives the return value of a generator or the value of a query. */
function observerCall(succeed: (value: unknown) => void): FollowedCall {
  const ignore = (): void => {};
  const run: FollowedCall['run'] = (fn, self, args) => Reflect.apply(fn, self, args) as unknown;
  let isEnded = false;
  const succeedOnce = (value: unknown): unknown => {
    if (!isEnded) succeed(value);
    isEnded = true;
    return value;
  };
  const call: FollowedCall = {
    isFresh: false,
    followedBefore: 0,
    get isEnded() {
      return isEnded;
    },
    counts: false,
    run,
    settled: succeedOnce,
    succeed: succeedOnce,
    fail: ignore,
    cancel: ignore,
    annotate: ignore,
    again: () => call,
    addFollower: ignore,
    joinInvocation: () => false,
    stayOpen: ignore,
    startWork: ignore,
    continueWith: (value) => (hasThen(value) ? lazyObjectEndStrategy.follow(value, call) : undefined),
  };
  return call;
}

/** Observes the value of a lazy object, if it is one. Returns false if that is not possible. */
function observeLazy(value: object, succeed: (value: unknown) => void): boolean {
  try {
    if (!hasThen(value)) return false;
    lazyObjectEndStrategy.follow(value, observerCall(succeed));
    return true;
  } catch {
    return false; // It is frozen.
  }
}

function wrap(method: AnyMethod, { attributes, resultAttributes }: AnnotateOptions): AnyMethod {
  const isAsync = isAsyncMethod(method);
  const { wrapper } = {
    wrapper(this: unknown, ...args: unknown[]): unknown {
      const span = currentSpan();
      if (!span.isRecording()) return Reflect.apply(method, this, args) as unknown;
      const add = (which: string, extractor: unknown, values: readonly unknown[]): void => {
        const { attributes: made, problem } = extract(which, extractor as Extractor, this, values);
        annotateSpan(span, () => {
          if (problem !== undefined) span.addEvent(ATTR_FC_TRACED_PROBLEM, { [ATTR_FC_TRACED_PROBLEM]: problem });
          return made;
        });
      };
      if (attributes !== undefined) add('attributes', attributes, args);
      const value: unknown = Reflect.apply(method, this, args);
      if (resultAttributes === undefined) return value;
      const addResult = (result: unknown): void => add('resultAttributes', resultAttributes, [result]);
      if (types.isGeneratorObject(value)) {
        return followIterator(value, observerCall(addResult));
      }
      const isPromise = typeof value === 'object' && value !== null && promiseEndStrategy.supports(value);
      if (!isPromise) {
        if (typeof value !== 'object' || value === null || !observeLazy(value, addResult)) addResult(value);
        return value;
      }
      // The caller of an async method gets the derived promise, so that an unhandled rejection is still reported.
      const observed = value.then((settled) => {
        addResult(settled);
        return settled;
      });
      if (isAsync) return observed;
      observed.catch(() => {});
      return value;
    },
  };
  copyIdentity(method, wrapper);
  if (isAsync) markAsync(wrapper);
  copyMetadata(method, wrapper);
  return wrapper;
}

/**
 * Adds attributes of a call to the active span instead of starting a new span. `attributes` receives the arguments,
 * `resultAttributes` the return value, the awaited value of a promise, or the return value of a generator. If one of
 * them throws, the call is not affected.
 *
 * @throws FcTracedError when the class is defined: `INVALID_OPTION` if neither option is a function, `INVALID_TARGET`
 *   on anything but a method
 *
 * @example
 * ```ts
 * import { Annotate } from 'fc-traced';
 * class Orders {
 *   ;@Annotate({ attributes: (id: number) => ({ 'order.id': id }) })
 *   load(id: number): number {
 *     return id;
 *   }
 * }
 * ```
 */
// oxlint-disable-next-line typescript/no-explicit-any -- a member of any class
export function Annotate<F extends AnyMethod, T = any>(
  options: AnnotateOptions<F, T>,
  // oxlint-disable-next-line typescript/no-explicit-any -- returns a descriptor (legacy) or a method (standard)
): (...args: MemberDecoratorArguments<F, T>) => any;
export function Annotate(options: AnnotateOptions): (...args: unknown[]) => unknown {
  const { attributes, resultAttributes } = (options as AnnotateOptions | undefined) ?? {};
  if ([attributes, resultAttributes].every((extractor) => typeof extractor !== 'function')) {
    throw new FcTracedError(
      'INVALID_OPTION',
      '@Annotate requires the option "attributes" or "resultAttributes", a function that returns attributes.',
    );
  }
  return (...[target, second, descriptor]) => {
    const isStandard = typeof second === 'object' && second !== null;
    const method = isStandard ? target : (descriptor as PropertyDescriptor | undefined)?.value;
    const key = isStandard ? (second as ClassMethodDecoratorContext).name : (second as PropertyKey);
    if (typeof method !== 'function') {
      throw new FcTracedError(
        'INVALID_TARGET',
        `@Annotate cannot decorate ${memberName(key).replace(/^\./, '')}, which is not a method.`,
      );
    }
    const wrapper = wrap(method as AnyMethod, options);
    return isStandard ? wrapper : { ...(descriptor as PropertyDescriptor), value: wrapper };
  };
}
