import { isUtf8 } from 'node:buffer';
import { inspect, types } from 'node:util';
import { warnOnce } from '../../diagnostics';
import { hasTag } from '../../realms';
import { readField } from '../../safe-access';
import { activeInvocation } from '../context/active-context';
import { state } from '../telemetry/state';
import type { SecretKind } from '../telemetry/state';
import type { Encodings } from './secret-encodings';

/** Replaces a redacted secret. */
export const REDACTED = '[redacted]';

/** The minimum length of a known secret. Shorter strings would match unrelated text. */
const MIN_LENGTH = 6;
/** The limits of known secrets. The oldest are dropped first. */
const MAX_SECRETS: Readonly<Record<SecretKind, number>> = {
  ofProcess: 1_000,
  ofInvocations: 256,
  ofCallers: 64,
  ofFc: 32,
};
/** The limits for the strings of a secret object. */
const MAX_DEPTH = 3;
const MAX_STRINGS = 32;
/** How many bytes a list of numbers is compared by, and how many `inspect` shows. */
const MAX_LISTED_BYTES = 1_024;
const MAX_INSPECTED_BYTES = 50;

/** A longer credential is not compared as a whole. */
const MAX_WORD = 64;
/** The longest names of spans and events, types of errors, and keys of attributes, in characters. */
export const MAX_NAME_LENGTH = 256;
/** The longest strings that are recorded of callers, events and errors, in characters. */
export const MAX_TEXT_LENGTH = 4_096;
/** How much of a text beyond its limit is searched for secrets, so that none is cut in two. */
const CUT_MARGIN = 8_192;

/** Marks secrets, also for other copies of fc-traced in the process. */
const IS_SECRET = Symbol.for('fc-traced secret');

/** A value that is not shown in traces, logs, JSON or error messages. */
export class Secret<T> {
  readonly #value: T;

  constructor(value: T) {
    this.#value = value;
  }

  /** @internal */
  get [IS_SECRET](): true {
    return true;
  }

  /** Returns the value. */
  reveal(): T {
    return this.#value;
  }

  toString(): string {
    return REDACTED;
  }

  toJSON(): string {
    return REDACTED;
  }

  [inspect.custom](): string {
    return REDACTED;
  }
}

/** Returns whether a value was returned by `secret`, of any copy of fc-traced. Never throws. */
export function isSecret(value: unknown): boolean {
  return typeof value === 'object' && readField(value, IS_SECRET) === true;
}

/**
 * Wraps a value so that it is redacted in traces. As an attribute it is `[redacted]`. Its strings, numbers and bytes of
 * 6 or more characters, those of an object up to 3 levels deep, are also replaced wherever they occur in a span: in
 * names, attributes, events, links, status, and messages and stacks of errors; as they are, percent-encoded,
 * form-encoded, escaped as in JSON or HTML, in base64 and in hex. `reveal()` returns the value.
 *
 * @example
 * ```ts
 * import { secret } from 'fc-traced';
 * const key = secret('sk-live-4711');
 * export const header = (): string => `Bearer ${key.reveal()}`;
 * ```
 */
export function secret<T>(value: T): Secret<T> {
  rememberSecret(value, activeInvocation() === undefined ? 'ofProcess' : 'ofInvocations');
  return new Secret(value);
}

/** Returns the bytes of a typed array, a `DataView` or an `ArrayBuffer`, and `undefined` for any other value. */
function bytesOf(value: unknown): Buffer | undefined {
  if (ArrayBuffer.isView(value)) return Buffer.from(value.buffer, value.byteOffset, value.byteLength);
  return types.isAnyArrayBuffer(value) ? Buffer.from(value) : undefined;
}

/** Returns how programs show bytes: as text, in base64 and hex, as a list of numbers, and inspected. */
function textsOfBytes(bytes: Buffer): string[] {
  if (bytes.length < MIN_LENGTH) return [];
  const hex = bytes.toString('hex');
  const numbers = [...bytes.subarray(0, MAX_LISTED_BYTES)];
  return [
    isUtf8(bytes) ? bytes.toString() : bytes.toString('latin1'),
    ...['base64', 'base64url'].map((encoding) => bytes.toString(encoding as BufferEncoding)),
    hex,
    hex.toUpperCase(),
    numbers.join(','),
    numbers.join(', '),
    hex.slice(0, 2 * MAX_INSPECTED_BYTES).replace(/..(?=.)/g, '$& '),
  ];
}

/** Returns the strings in a secret value. Numbers and bytes become the strings that programs show. */
function stringsIn(value: unknown, depth = 0, strings: string[] = []): string[] {
  const bytes = bytesOf(value);
  if (typeof value === 'string') strings.push(value);
  else if (typeof value === 'number' || typeof value === 'bigint') strings.push(String(value));
  else if (isSecret(value)) stringsIn((value as Secret<unknown>).reveal(), depth, strings);
  else if (bytes !== undefined) strings.push(...textsOfBytes(bytes));
  else if (types.isBoxedPrimitive(value)) stringsIn(value.valueOf(), depth, strings);
  else if (typeof value === 'object' && value !== null && depth < MAX_DEPTH) {
    for (const inner of membersOf(value)) if (strings.length < MAX_STRINGS) stringsIn(inner, depth + 1, strings);
  }
  return strings;
}

function membersOf(value: object): Iterable<unknown> {
  if (types.isMap(value) || types.isSet(value)) return value.values();
  return hasTag(value, 'URL')
    ? [(value as URL).href, (value as URL).password, (value as URL).search]
    : Object.values(value);
}

/** Redacts the strings of a value from now on. Secrets of each kind are limited separately. */
export function rememberSecret(value: unknown, kind: SecretKind): void {
  const known = state.secrets[kind];
  const limit = MAX_SECRETS[kind];
  for (const text of stringsIn(value)) {
    if (text.length < MIN_LENGTH) continue;
    // A secret that is already known becomes the newest.
    if (!known.delete(text) && known.size >= limit) {
      const oldest = known.values().next().value!;
      known.delete(oldest);
      encodings.delete(oldest);
      // FC renews credentials regularly.
      if (kind !== 'ofFc') warnOnce(`more than ${limit} secrets are known; the oldest are no longer redacted`);
    }
    known.add(text);
  }
}

/**
 * Redacts a credential or an endpoint of FC's context from now on. One that is a single word is ignored: FC's have
 * digits, and a word would be redacted in unrelated text.
 */
export function rememberCredential(text: string | undefined): void {
  if (text !== undefined && !/^[a-z]*$/i.test(text.slice(0, MAX_WORD))) rememberSecret(text, 'ofFc');
}

/** Loaded lazily: only recorded strings are compared. */
function loadEncodings(): typeof import('./secret-encodings') {
  return require('./secret-encodings') as typeof import('./secret-encodings');
}

/** The encodings of the known secrets that have been compared with a string. */
const encodings = new Map<string, Encodings>();

function knownEncodings(secretText: string): Encodings {
  let found = encodings.get(secretText);
  if (found === undefined) encodings.set(secretText, (found = loadEncodings().encodingsOf(secretText)));
  return found;
}

const { ofProcess, ofInvocations, ofCallers, ofFc } = state.secrets;

/** Returns whether any secret is known. Allocates nothing: each string of a span asks. */
export function knowsSecrets(): boolean {
  return ofProcess.size + ofInvocations.size + ofCallers.size + ofFc.size > 0;
}

/** Replaces the known secrets in a string: as they are, and in their encodings. */
export function redactText(text: string): string {
  if (text.length < MIN_LENGTH || !knowsSecrets()) return text;
  let found: string[] | undefined;
  // Decoded once, because the encodings of all secrets cannot be searched for in each string.
  let plain: string | undefined;
  for (const known of Object.values(state.secrets)) {
    for (const secretText of known) {
      // No encoding is shorter than the secret.
      if (text.length < secretText.length) continue;
      const forms = knownEncodings(secretText);
      plain ??= loadEncodings().decoded(text);
      if (
        forms.exact.some((form) => text.includes(form)) ||
        (forms.plain !== undefined && plain.includes(forms.plain))
      ) {
        (found ??= []).push(secretText);
      }
    }
  }
  if (found === undefined) return text;
  // The longest first: a secret that contains a shorter one would otherwise be replaced only in part.
  return found
    .sort((a, b) => b.length - a.length)
    .reduce((clean, secretText) => {
      const { exact, plain: plainSecret } = knownEncodings(secretText);
      const rest = exact.reduce((left, form) => left.replaceAll(form, REDACTED), clean);
      return plainSecret === undefined ? rest : loadEncodings().replaceDecoded(rest, plainSecret, REDACTED);
    }, text);
}

function loadValues(): typeof import('./redact-value') {
  return require('./redact-value') as typeof import('./redact-value');
}

/** Redacts a recorded string: the known secrets, and the secret fields of URLs, forms and JSON. */
export function redactString(text: string): string {
  const clean = redactText(text);
  return clean.includes('=') || clean.includes(':') ? loadValues().redactFields(clean) : clean;
}

/** Cuts a text to a number of characters. */
export function cutText(text: string, limit: number): string {
  return text.length <= limit ? text : `${text.slice(0, limit)}…`;
}

/** Redacts a recorded string and cuts it. What is far beyond the limit is not looked at. */
export function redactAndCut(text: string, limit: number, redact = redactString): string {
  const part = text.length <= limit + CUT_MARGIN ? text : text.slice(0, limit + CUT_MARGIN);
  return cutText(redact(part), limit);
}

/** Redacts a name of a span or event, or the key of an attribute, and cuts it. */
export function redactName(name: string): string {
  return redactAndCut(name, MAX_NAME_LENGTH, redactText);
}

/** Returns a recorded number, or `[redacted]` if it is a known secret. */
export function redactNumber(value: number): number | string {
  return redactText(String(value)) === REDACTED ? REDACTED : value;
}
