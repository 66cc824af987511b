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
import type { TracedCall } from '../tracing/end-strategies/end-strategy';
import { followIterator } from '../tracing/end-strategies/iterator';
import { promiseEndStrategy } from '../tracing/end-strategies/promise';
import { copyMetadata } from './metadata';
import { memberName } from './wrapped-methods';

/** Options of `@Annotate`, for a method of type `F` and of objects of type `T`. */
// oxlint-disable-next-line typescript/no-explicit-any -- as for TracedOptions
export type AnnotateOptions<F extends AnyMethod = AnyMethod, T = any> = Pick<
  TracedOptions<F, T>,
  'resultAttributes'
> & {
  /** Attributes made from the call's arguments. */
  readonly attributes?: (this: T, ...args: Parameters<F>) => AttributeSource | undefined;
};

/** A call that only wants to see what a generator gives in the end. */
function lookingOn(succeed: (value: unknown) => void): TracedCall {
  const nothing = (): void => {};
  const run: TracedCall['run'] = (fn, self, args) => Reflect.apply(fn, self, args) as unknown;
  const call: TracedCall = {
    isFresh: false,
    counts: false,
    run,
    settled: (value) => value,
    succeed,
    fail: nothing,
    cancel: nothing,
    annotate: nothing,
    again: () => call,
  };
  return call;
}

function wrap(method: AnyMethod, { attributes, resultAttributes }: AnnotateOptions): AnyMethod {
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
      if (types.isGeneratorObject(value)) {
        return followIterator(
          value,
          lookingOn((given) => add('resultAttributes', resultAttributes, [given])),
        );
      }
      if (typeof value !== 'object' || value === null || !promiseEndStrategy.supports(value)) {
        add('resultAttributes', resultAttributes, [value]);
        return value;
      }
      // Looks on: the promise that the caller gets settles alike, and an unhandled rejection stays one.
      const looked = value.then((settled) => {
        add('resultAttributes', resultAttributes, [settled]);
        return settled;
      });
      if (types.isAsyncFunction(method)) return looked;
      looked.catch(() => {});
      return value;
    },
  };
  copyIdentity(method, wrapper);
  copyMetadata(method, wrapper);
  return wrapper;
}

/**
 * Puts attributes of a call on the span that is active, without a span of its own: what `attributes` makes of the arguments, and
 * `resultAttributes` of the awaited value, or of what a generator returns. What these throw never reaches the call.
 *
 * @throws FcTracedError `INVALID_OPTION` without either option, `INVALID_TARGET` on anything but a method; both when the class is defined
 *
 * @example
 * ```ts
 * import { Annotate } from 'fc-traced';
 * class Orders {
 *   \@Annotate({ attributes: (id: number) => ({ 'order.id': id }) })
 *   load(id: number): number {
 *     return id;
 *   }
 * }
 * ```
 */
// oxlint-disable-next-line typescript/no-explicit-any -- a member of any class
export function Annotate<F extends AnyMethod, T = any>(
  options: AnnotateOptions<F, T>,
  // oxlint-disable-next-line typescript/no-explicit-any -- legacy decorators return a descriptor, standard ones a method
): (...args: MemberDecoratorArguments<F, T>) => any;
export function Annotate(options: AnnotateOptions): (...args: unknown[]) => unknown {
  const { attributes, resultAttributes } = (options as AnnotateOptions | undefined) ?? {};
  if ([attributes, resultAttributes].every((extractor) => typeof extractor !== 'function')) {
    throw new FcTracedError(
      'INVALID_OPTION',
      '@Annotate needs the option attributes or resultAttributes, a function that returns attributes.',
    );
  }
  return (...[target, second, descriptor]) => {
    const isStandard = typeof second === 'object' && second !== null;
    const method = isStandard ? target : (descriptor as PropertyDescriptor | undefined)?.value;
    const key = isStandard ? (second as ClassMethodDecoratorContext).name : (second as PropertyKey);
    if (typeof method !== 'function') {
      throw new FcTracedError(
        'INVALID_TARGET',
        `@Annotate on ${memberName(key).replace(/^\./, '')} must stand on a method.`,
      );
    }
    const wrapper = wrap(method as AnyMethod, options);
    return isStandard ? wrapper : { ...(descriptor as PropertyDescriptor), value: wrapper };
  };
}
