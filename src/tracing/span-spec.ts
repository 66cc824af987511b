import type { Attributes, SpanKind } from '@opentelemetry/api';

/** What `@Traced` was told of a method, checked and complete. */
export interface SpanSpec {
  /** The name of the spans; with standard decorators it is known when the class is, at the first call. */
  name: string | undefined;
  /** The name that spans get in a class of this name. */
  nameIn(className: string): string;
  /** The class that the method stands in, told from an instance. */
  classNameOf(self: unknown): string;
  readonly kind: SpanKind;
  readonly root: boolean;
  readonly attributes: Attributes | AttributesOf | undefined;
  /** Whether the method is a native async function, whose promise nobody else can hold. */
  readonly isAsync: boolean;
}

/** Gives attributes from a call's arguments, with the method's `this`. */
export type AttributesOf = (this: unknown, ...args: unknown[]) => unknown;

/** The name of a call's span. */
export function spanNameOf(spec: SpanSpec, self: unknown): string {
  spec.name ??= spec.nameIn(spec.classNameOf(self));
  return spec.name;
}
