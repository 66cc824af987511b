import { inspect } from 'node:util';
import { warnOnce } from '../../diagnostics';
import { ATTR_MCP_SESSION_ID, ATTR_SESSION_ID, ATTR_SESSION_PREVIOUS_ID } from '../../semconv';
import { readField } from '../../safe-access';
import { activeInvocation } from '../context/active-context';
import { state } from '../telemetry/state';

/** Replaces a redacted secret. */
export const REDACTED = '[redacted]';

/** The minimum length of a known secret. Shorter strings would match unrelated text. */
const MIN_LENGTH = 6;
/** The limits of known secrets, for those of the process and for those of invocations. The oldest are dropped first. */
const MAX_PROCESS_SECRETS = 1_000;
const MAX_INVOCATION_SECRETS = 256;
/** The limits for the strings of a secret object. */
const MAX_DEPTH = 3;
const MAX_STRINGS = 32;

/** Words that name a secret, alone or at the end of a compound without separator (`dbpassword`). */
const SECRET_WORDS = [
  'password',
  'passwd',
  'pwd',
  'secret',
  'token',
  'authorization',
  'cookie',
  'credential',
  'apikey',
  'accesskey',
  'accesskeyid',
  'privatekey',
  'secretkey',
  'passphrase',
  'signature',
  'sessionid',
  'jwt',
  'bearer',
];
const SECRET_PAIRS = new Set([
  'api key',
  'access key',
  'private key',
  'set cookie',
  'session id',
  'client secret',
  'secret key',
]);
/** Words before `tokens` that make it a secret. Otherwise `tokens` is a count. */
const TOKEN_KINDS = new Set(['access', 'refresh', 'auth', 'security', 'session', 'id', 'bearer', 'api']);
/** Last words of keys that describe a secret but do not contain it (`token_count`). */
const DESCRIPTIONS = new Set([
  'count',
  'counts',
  'type',
  'limit',
  'length',
  'size',
  'usage',
  'total',
  'budget',
  'consent',
  'policy',
]);
/** Keys of OpenTelemetry's conventions whose value is an id, not a credential. */
const PUBLIC_KEYS = new Set([ATTR_SESSION_ID, ATTR_SESSION_PREVIOUS_ID, ATTR_MCP_SESSION_ID]);

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
 * Wraps a value so that it is redacted in traces. As an attribute it is `[redacted]`. Its strings of 6 or more
 * characters, those of an object up to 3 levels deep, are also replaced wherever they occur in a span: in names,
 * attributes, events, links, status, and messages and stacks of errors. `reveal()` returns the value.
 *
 * @example
 * ```ts
 * import { secret } from 'fc-traced';
 * const key = secret('sk-live-4711');
 * export const header = (): string => `Bearer ${key.reveal()}`;
 * ```
 */
export function secret<T>(value: T): Secret<T> {
  rememberSecret(value, activeInvocation() === undefined);
  return new Secret(value);
}

/** Returns the strings in a secret value. */
function stringsIn(value: unknown, depth = 0, strings: string[] = []): string[] {
  if (typeof value === 'string') strings.push(value);
  else if (typeof value === 'object' && value !== null && depth < MAX_DEPTH) {
    for (const inner of Object.values(value)) if (strings.length < MAX_STRINGS) stringsIn(inner, depth + 1, strings);
  }
  return strings;
}

/** Returns a string, and how it is escaped in JSON and in a URL. */
function formsOf(text: string): string[] {
  try {
    return [...new Set([text, JSON.stringify(text).slice(1, -1), encodeURIComponent(text)])];
  } catch {
    return [text];
  }
}

/**
 * Redacts the strings of a value from now on. Secrets of the process are limited separately from those of invocations.
 */
export function rememberSecret(value: unknown, isOfProcess: boolean): void {
  const [known, limit] = isOfProcess
    ? [state.secrets.ofProcess, MAX_PROCESS_SECRETS]
    : [state.secrets.ofInvocations, MAX_INVOCATION_SECRETS];
  for (const text of stringsIn(value)) {
    if (text.length < MIN_LENGTH) continue;
    for (const form of formsOf(text)) {
      // A secret that is already known becomes the newest.
      if (!known.delete(form) && known.size >= limit) {
        known.delete(known.values().next().value!);
        warnOnce(`more than ${limit} secrets are known; the oldest are no longer redacted`);
      }
      known.add(form);
    }
  }
}

/** Returns whether any secret is known. */
export function knowsSecrets(): boolean {
  return state.secrets.ofProcess.size > 0 || state.secrets.ofInvocations.size > 0;
}

/** Replaces the known secrets in a string. */
export function redactText(text: string): string {
  if (!knowsSecrets()) return text;
  let found: string[] | undefined;
  for (const known of state.secrets.ofProcess) if (text.includes(known)) (found ??= []).push(known);
  for (const known of state.secrets.ofInvocations) if (text.includes(known)) (found ??= []).push(known);
  if (found === undefined) return text;
  // The longest first: a secret that contains a shorter one would otherwise be replaced only in part.
  return found.sort((a, b) => b.length - a.length).reduce((clean, known) => clean.replaceAll(known, REDACTED), text);
}

/** A cache of the results for attribute keys, of which a program has few. */
const keys = new Map<string, boolean>();
const MAX_KEYS = 1_000;

/** Returns whether an attribute key names a secret. Compares words, so `input_tokens` is not a secret. */
export function isSecretKey(key: string): boolean {
  const known = keys.get(key);
  if (known !== undefined) return known;
  const found = namesSecret(key);
  if (keys.size < MAX_KEYS) keys.set(key, found);
  return found;
}

function namesSecret(key: string): boolean {
  if (PUBLIC_KEYS.has(key)) return false;
  const words = key
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .replace(/([A-Z]+)([A-Z][a-z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .map((word) => word.replace(/\d+$/, ''))
    .filter((word) => word !== '');
  if (words.length > 1 && DESCRIPTIONS.has(words.at(-1)!)) return false;
  const isSecret = (word: string, index: number): boolean => {
    const single = word.replace(/s$/, '');
    return (
      SECRET_WORDS.some((secretWord) => single.endsWith(secretWord)) ||
      SECRET_PAIRS.has(`${words[index - 1]} ${single}`)
    );
  };
  // `input_tokens` is a count, `access_tokens` are secrets.
  return words.some((word, index) =>
    word === 'tokens' ? TOKEN_KINDS.has(words[index - 1] ?? '') : isSecret(word, index),
  );
}
