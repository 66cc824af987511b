import type { Attributes } from '@opentelemetry/api';
import type { SpanSpec } from './span-spec';

/** The attributes of one call, or why there are none. */
export interface CallAttributes {
  readonly attributes?: Attributes;
  readonly problem?: string;
}

const NONE: CallAttributes = {};

/** Asks the `attributes` option for one call. What it throws, or returns that is no object, becomes a `problem`, never an error. */
export function attributesOf(spec: SpanSpec, self: unknown, args: ArrayLike<unknown>): CallAttributes {
  const given = spec.attributes;
  if (given === undefined) return NONE;
  if (typeof given !== 'function') return { attributes: given };
  try {
    const made = Reflect.apply(given, self, args);
    if (made === undefined || made === null) return NONE;
    if (typeof made !== 'object' || Array.isArray(made) || 'then' in made) return { problem: 'attributes() returned no object' };
    return { attributes: { ...made } as Attributes };
  } catch {
    return { problem: 'attributes() threw' };
  }
}
