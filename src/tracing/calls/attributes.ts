import { propagation } from '@opentelemetry/api';
import type { Attributes, AttributeValue, Context, Span } from '@opentelemetry/api';
import { types } from 'node:util';
import { currentSpan } from '../context/current-span';
import { isSecretKey, REDACTED, redactText, Secret } from '../redaction/secrets';

const MAX_ATTRIBUTES = 64;
const MAX_TEXT = 4_096;
const MAX_ITEMS = 64;
const MAX_DEPTH = 4;
/** How many values are looked at: an object can be wide, deep and full of circles without holding anything that could be shown. */
const MAX_LOOKS = 1_024;

function textValue(text: string): string {
  const clean = redactText(text);
  return clean.length <= MAX_TEXT ? clean : `${clean.slice(0, MAX_TEXT)}…`;
}

/** A value as OpenTelemetry takes one, or nothing where it has no such form. */
function plainValue(value: unknown): AttributeValue | undefined {
  if (typeof value === 'string') return textValue(value);
  if (typeof value === 'number' || typeof value === 'boolean') return value;
  if (typeof value === 'bigint') return String(value);
  if (value instanceof Secret) return REDACTED;
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? undefined : value.toISOString();
  return undefined;
}

function listValue(values: readonly unknown[]): AttributeValue | undefined {
  const items = values
    .slice(0, MAX_ITEMS)
    .map((value) => (value === null || value === undefined ? value : plainValue(value)));
  const kinds = new Set(items.filter((item) => item !== null && item !== undefined).map((item) => typeof item));
  // Objects have no form in a list.
  if (kinds.size === 0 && values.length > 0) return undefined;
  // A list of OpenTelemetry holds one kind; a mixed one is told as texts.
  return (
    kinds.size <= 1 ? items : items.map((item) => (item === null || item === undefined ? item : String(item)))
  ) as AttributeValue;
}

/**
 * Attributes as a span takes them, from whatever an extractor gave: nested objects become dotted keys (4 levels deep), texts are
 * cut at 4,096 characters, lists at 64 items, the whole at 64 attributes and 1,024 values looked at; secrets are replaced. What
 * throws when it is read is passed over, and so are bytes.
 */
export function attributeValues(given: object): Attributes {
  const attributes: Attributes = {};
  let count = 0;
  let looks = 0;
  const addMember = (name: string, object: object, key: string, depth: number): void => {
    const value: unknown = Reflect.get(object, key);
    const plain =
      isSecretKey(name) && value !== undefined && value !== null
        ? REDACTED
        : Array.isArray(value)
          ? listValue(value)
          : plainValue(value);
    if (plain !== undefined) {
      attributes[name] = plain;
      count += 1;
    } else if (
      typeof value === 'object' &&
      value !== null &&
      !Array.isArray(value) &&
      !ArrayBuffer.isView(value) &&
      depth < MAX_DEPTH
    ) {
      addAll(name, value, depth + 1);
    }
  };
  const addAll = (prefix: string, object: object, depth: number): void => {
    for (const key of Object.keys(object)) {
      if (count >= MAX_ATTRIBUTES || looks >= MAX_LOOKS) return;
      looks += 1;
      if (key === '') continue;
      try {
        addMember(prefix === '' ? key : `${prefix}.${key}`, object, key, depth);
      } catch {
        // A getter or a proxy that throws hides its own value alone.
      }
    }
  };
  addAll('', given, 1);
  return attributes;
}

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

/** The chosen entries of a context's baggage as attributes under their own keys. */
export function baggageAttributes(context: Context, keys: readonly string[]): Attributes {
  const baggage = propagation.getBaggage(context);
  if (baggage === undefined) return {};
  return Object.fromEntries(
    keys.flatMap((key) => {
      const value = baggage.getEntry(key)?.value;
      return value === undefined ? [] : [[key, value]];
    }),
  );
}

/**
 * Puts attributes on the span that is active, without a span of its own. Nested objects become dotted keys, secrets are replaced,
 * sizes are limited as for the option `attributes`. Outside of a recorded span it does nothing. Never throws.
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

/** Puts what `make` gives on a span, if that takes any. */
export function annotateSpan(span: Span, make: () => Attributes | undefined): void {
  if (!span.isRecording()) return;
  try {
    const attributes = make();
    if (attributes !== undefined) span.setAttributes(attributes);
  } catch {
    // What cannot be shown is left out.
  }
}
