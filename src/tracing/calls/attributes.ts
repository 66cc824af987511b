import { propagation } from '@opentelemetry/api';
import type { Attributes, AttributeValue, Context, Span } from '@opentelemetry/api';
import { types } from 'node:util';
import { bytesIn } from '../../realms';
import { currentSpan } from '../context/current-span';
import { isSecretKey } from '../redaction/secret-keys';
import {
  cutText,
  isSecret,
  MAX_NAME_LENGTH,
  MAX_TEXT_LENGTH,
  REDACTED,
  redactAndCut,
  redactNumber,
} from '../redaction/secrets';

const MAX_ATTRIBUTES = 64;
const MAX_ITEMS = 64;
const MAX_DEPTH = 4;
/**
 * The limit of values that are read. An object can be large, deep and circular without any value that becomes an
 * attribute.
 */
const MAX_READS = 1_024;

function textValue(text: string): string {
  return redactAndCut(text, MAX_TEXT_LENGTH);
}

/** Returns a scalar as an attribute value, or `undefined` if it has no such form. */
function plainValue(value: unknown): AttributeValue | undefined {
  if (typeof value === 'string') return textValue(value);
  if (typeof value === 'number') return redactNumber(value);
  if (typeof value === 'boolean') return value;
  if (typeof value === 'bigint') return textValue(String(value));
  if (isSecret(value)) return REDACTED;
  if (types.isDate(value)) return Number.isNaN(value.getTime()) ? undefined : value.toISOString();
  return undefined;
}

function listValue(values: readonly unknown[]): AttributeValue | undefined {
  const items = values
    .slice(0, MAX_ITEMS)
    .map((value) => (value === null || value === undefined ? value : plainValue(value)));
  const kinds = new Set(items.filter((item) => item !== null && item !== undefined).map((item) => typeof item));
  // An array without any scalar, such as one of objects, is not an attribute value.
  if (kinds.size === 0 && values.length > 0) return undefined;
  // An array attribute of OpenTelemetry has one type, so a mixed array becomes strings.
  return (
    kinds.size <= 1 ? items : items.map((item) => (item === null || item === undefined ? item : String(item)))
  ) as AttributeValue;
}

/**
 * Converts an object to span attributes. Nested objects become dotted keys, up to 4 levels deep. Strings are truncated
 * to 4,096 characters, keys to 256 and arrays to 64 items. At most 64 attributes are returned and 1,024 values read. Secrets are
 * redacted. Bytes, and properties that throw when they are read, are skipped.
 */
export function attributeValues(source: object): Attributes {
  const attributes: Attributes = {};
  let count = 0;
  let reads = 0;
  const addMember = (name: string, object: object, key: string, depth: number): void => {
    const value: unknown = Reflect.get(object, key);
    const plain =
      isSecretKey(name) && value !== undefined && value !== null
        ? REDACTED
        : Array.isArray(value)
          ? listValue(value)
          : plainValue(value);
    if (plain !== undefined) {
      attributes[cutText(name, MAX_NAME_LENGTH)] = plain;
      count += 1;
    } else if (
      typeof value === 'object' &&
      value !== null &&
      !Array.isArray(value) &&
      bytesIn(value) === undefined &&
      depth < MAX_DEPTH
    ) {
      addAll(name, value, depth + 1);
    }
  };
  const addAll = (prefix: string, object: object, depth: number): void => {
    for (const key of Object.keys(object)) {
      if (count >= MAX_ATTRIBUTES || reads >= MAX_READS) return;
      reads += 1;
      if (key === '') continue;
      try {
        addMember(prefix === '' ? key : `${prefix}.${key}`, object, key, depth);
      } catch {
        // Only the property whose getter or proxy trap throws is skipped.
      }
    }
  };
  addAll('', source, 1);
  return attributes;
}

/** The attributes that an extractor returned, and the problem that occurred, if any. */
export interface Extracted {
  readonly attributes?: Attributes;
  readonly problem?: string;
}

/** Returns attributes from the arguments of a call or from its result, called with the method's `this`. */
export type Extractor = (this: unknown, ...args: never[]) => unknown;

const NONE: Extracted = {};
/** An extractor delays the call, so one that takes longer is reported as a problem. */
const SLOW_MILLIS = 20;

/** Calls an extractor. If it throws or does not return an object, that is a `problem`, never an error of the call. */
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

/**
 * Handles the rejection of a promise that a callback returned and nobody awaits, so that it does not end the process.
 */
export function ignoreRejection(made: unknown): void {
  if (types.isPromise(made)) void Promise.prototype.then.call(made, undefined, () => {});
}

/** Returns the entries with these keys in a context's baggage as attributes with the same keys. */
export function baggageAttributes(context: Context, keys: readonly string[]): Attributes {
  const baggage = propagation.getBaggage(context);
  if (baggage === undefined) return {};
  return Object.fromEntries(
    keys.flatMap((key) => {
      const value = baggage.getEntry(key)?.value;
      return value === undefined ? [] : [[key, cutText(value, MAX_TEXT_LENGTH)]];
    }),
  );
}

/**
 * Adds attributes to the active span. Nested objects become dotted keys, secrets are redacted, and the limits of the
 * option `attributes` apply. Does nothing if there is no recorded span. Never throws.
 *
 * @example
 * ```ts
 * import { annotate } from 'fc-traced';
 * annotate({ order: { id: 7, items: 3 } }); // order.id, order.items
 * ```
 */
export function annotate(attributes: Readonly<Record<string, unknown>>): void {
  annotateSpan(currentSpan(), () => attributeValues(attributes));
}

/** Adds the attributes that `make` returns to a span, if it is recorded. */
export function annotateSpan(span: Span, make: () => Attributes | undefined): void {
  if (!span.isRecording()) return;
  try {
    const attributes = make();
    if (attributes !== undefined) span.setAttributes(attributes);
  } catch {
    // Attributes that cannot be read or set are skipped.
  }
}
