import { inspect, types } from 'node:util';
import { FcTracedError } from '../errors';
import { isError } from '../realms';
import { readField } from '../safe-access';

// FC formats the result in its runtime, after the callback has been called. On Node.js 16 and earlier, a failure there
// leaves the call unanswered until its timeout. So values that FC cannot format are found before they are passed on.

/** The limit of a text that describes a thrown value, in UTF-16 code units. */
const MAX_TEXT = 16_384;

/**
 * Returns a value that FC's callback can format: the same one, or one that FC sends as the same JSON. Throws what FC
 * would throw, such as a TypeError for a circular structure or a BigInt.
 */
export function answerableValue(value: unknown): unknown {
  if (typeof value === 'function') return hasText(value) && hasText(value.constructor) ? value : inspect(value);
  if (typeof value !== 'object' || value === null || isBuffer(value)) return value;
  const json = JSON.stringify(value) as string | undefined;
  if (json === undefined || hasText(value)) return json === undefined ? undefined : value;
  // FC calls `toString` first, which objects without a prototype do not have.
  return Reflect.getPrototypeOf(value) === null && !('toString' in value) ? { ...(value as object) } : json;
}

/**
 * Returns an error that FC's callback can format, with the message, name and stack that FC shows: the same one, or a
 * copy of an error that FC cannot read or write to. A falsy value, which the callback would treat as success, is
 * wrapped: FALSY_ERROR, with the value as `cause`.
 */
export function answerableError(error: unknown): unknown {
  if (!error) return falsyError(error);
  if (typeof error !== 'object' && typeof error !== 'function') return error;
  if (isError(error)) return isErrorOfFc(error) && isReadable(error) && isNameWritable(error) ? error : copyOf(error);
  if (isBuffer(error)) return error;
  try {
    const value = answerableValue(error);
    return value === undefined ? textOf(error) : value;
  } catch {
    return textOf(error);
  }
}

/** The report of an error that FC responds with. `handledType` is the type of values that are not errors. */
export function errorReport(error: unknown, handledType: string): object {
  if (!isError(error)) return { errorMessage: textOf(error), errorType: handledType };
  const stack = readField(error, 'stack');
  return {
    errorMessage: fieldText(error, 'message'),
    errorType: fieldText(error, 'name') || 'Error',
    ...(typeof stack === 'string' && { stackTrace: stack.split('\n') }),
  };
}

function falsyError(value: unknown): FcTracedError {
  return new FcTracedError(
    'FALSY_ERROR',
    `The handler failed with ${typeof value === 'string' ? 'an empty string' : String(value)} instead of an error: throw an Error.`,
    { cause: value },
  );
}

function isBuffer(value: unknown): boolean {
  return !types.isProxy(value) && Buffer.isBuffer(value);
}

/** Whether FC takes a value for an error, which it asks with `instanceof`. Throws if a trap of a proxy does. */
function isErrorOfFc(value: object): boolean {
  return value instanceof Error;
}

/** Whether FC can find out what a value is, and convert it to a string. */
function hasText(value: object): boolean {
  try {
    if (isErrorOfFc(value)) return true;
    return typeof (value as { toString(): unknown }).toString() === 'string';
  } catch {
    return false;
  }
}

/** Whether FC can read the fields of an error that it shows. Numbers and the like become text in its JSON. */
function isReadable(error: Error): boolean {
  try {
    const { message, name, stack } = error;
    return [message, name].every((field) => field === undefined || isPrimitive(field)) && typeof stack === 'string';
  } catch {
    return false;
  }
}

function isPrimitive(value: unknown): boolean {
  return ['string', 'number', 'boolean'].includes(typeof value);
}

/** Whether FC can add a prefix to the name of an error, as it does for one that it takes for unhandled. */
function isNameWritable(error: Error): boolean {
  return Object.isExtensible(error) || Reflect.getOwnPropertyDescriptor(error, 'name')?.writable === true;
}

/** A copy of an error with the fields that FC shows as strings. It has the same class, if FC knows it, and the error as `cause`. */
function copyOf(error: Error): Error {
  const copy = new Error(fieldText(error, 'message'), { cause: error });
  const stack = readField(error, 'stack');
  const name = fieldText(error, 'name') || 'Error';
  const fields = { name, stack: typeof stack === 'string' ? stack : `${name}: ${copy.message}` };
  try {
    // FC would not take an error of another realm for an error.
    if (isErrorOfFc(error)) Reflect.setPrototypeOf(copy, Reflect.getPrototypeOf(error));
  } catch {
    // A proxy that throws.
  }
  for (const [key, value] of Object.entries(fields)) {
    Object.defineProperty(copy, key, { value, writable: true, configurable: true, enumerable: false });
  }
  return copy;
}

function fieldText(error: Error, key: 'message' | 'name'): string {
  const field = readField(error, key);
  return field === undefined || field === null ? '' : textOf(field);
}

/** A text for a thrown value: a string as it is, an object as JSON if possible. Never throws. */
function textOf(value: unknown): string {
  if (typeof value === 'string') return value;
  try {
    if (isBuffer(value)) return String(value);
    const json: unknown = typeof value === 'object' && value !== null ? JSON.stringify(value) : undefined;
    return typeof json === 'string' ? json : String(value).slice(0, MAX_TEXT);
  } catch {
    try {
      return inspect(value, { depth: 2 }).slice(0, MAX_TEXT);
    } catch {
      return typeof value;
    }
  }
}
