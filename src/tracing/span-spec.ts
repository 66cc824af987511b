import type { Attributes, SpanKind } from '@opentelemetry/api';

/** What `@Traced` was told of a method, checked and complete. */
export interface SpanSpec {
  readonly name: string;
  readonly kind: SpanKind;
  readonly root: boolean;
  readonly attributes: Attributes | AttributesOf | undefined;
  /** Whether the method is a native async function, whose promise nobody else can hold. */
  readonly isAsync: boolean;
}

/** Gives attributes from a call's arguments, with the method's `this`. */
export type AttributesOf = (this: unknown, ...args: unknown[]) => unknown;
