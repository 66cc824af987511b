import type { Attributes, SpanKind } from '@opentelemetry/api';
import type { Extractor } from './attributes';

/** What `@Traced` was told of a method, checked and complete. */
export interface SpanSpec {
  /** The name of the spans; with standard decorators it is known when the class is, at the first call. */
  name: string | undefined;
  /** The name that spans get in a class of this name. */
  nameIn(className: string): string;
  /** The class that the method stands in, told from an instance. */
  classNameOf(self: unknown): string;
  /** Name spans after the class of the instance instead of the one that the method stands in. */
  readonly runtimeClass: boolean;
  readonly kind: SpanKind;
  readonly root: boolean;
  /** Attributes that are the same for each call. */
  readonly fixed: Attributes | undefined;
  readonly attributes: Extractor | undefined;
  readonly result: Extractor | undefined;
  readonly links: Extractor | undefined;
  /** Whether an error is part of the bargain and marks nothing. */
  readonly isExpected: ((error: unknown) => boolean) | undefined;
  /** The last argument is a callback, and the work ends when it is called. */
  readonly callback: boolean;
  /** Count bytes and items of streams. */
  readonly count: boolean;
  /** Whether the method is a native async function, whose promise nobody else can hold. */
  readonly isAsync: boolean;
}

/** The name of a call's span. */
export function spanNameOf(spec: SpanSpec, self: unknown): string {
  if (spec.runtimeClass) {
    const owner: unknown = typeof self === 'function' ? self : (self as object | null | undefined)?.constructor;
    return spec.nameIn(typeof owner === 'function' ? owner.name : '');
  }
  spec.name ??= spec.nameIn(spec.classNameOf(self));
  return spec.name;
}
