import { types } from 'node:util';
import type { Attributes } from '@opentelemetry/api';
import { attributeValues } from './attribute-values';

/** What an extractor gave, or why it gave nothing. */
export interface Extracted {
  readonly attributes?: Attributes;
  readonly problem?: string;
}

/** Gives attributes from a call's arguments or its result, with the method's `this`. */
export type Extractor = (this: unknown, ...args: never[]) => unknown;

const NONE: Extracted = {};
/** An extractor runs inside the call: one that takes longer is told of. */
const SLOW_MILLIS = 20;

/** Runs an extractor. What it throws, or gives that is no object, becomes a `problem`, never an error of the call. */
export function extract(which: string, extractor: Extractor, self: unknown, args: ArrayLike<unknown>): Extracted {
  const started = Date.now();
  try {
    const made: unknown = Reflect.apply(extractor, self, args);
    if (made === undefined || made === null) return NONE;
    ignoreRejection(made);
    if (typeof made !== 'object' || Array.isArray(made) || typeof Reflect.get(made, 'then') === 'function') {
      return { problem: `${which}() returned no object` };
    }
    const attributes = attributeValues(made);
    const millis = Date.now() - started;
    return millis > SLOW_MILLIS ? { attributes, problem: `${which}() took ${millis} ms` } : { attributes };
  } catch {
    return { problem: `${which}() threw` };
  }
}

/** Nobody awaits what a callback of an option gave: a promise of it that fails must not end the process. */
export function ignoreRejection(made: unknown): void {
  if (types.isPromise(made)) void Promise.prototype.then.call(made, undefined, () => {});
}
