import { inspect } from 'node:util';
import { state } from './state';

/** What stands where a secret stood. */
export const REDACTED = '[redacted]';

/** Shorter texts would be found by accident all over a trace. */
const MIN_LENGTH = 6;
/** How many known secrets are looked for; the oldest are forgotten first. */
const MAX_KNOWN = 256;

const SECRET_WORDS = new Set(['password', 'passwd', 'pwd', 'secret', 'token', 'authorization', 'cookie', 'credential', 'credentials', 'apikey', 'accesskey', 'privatekey', 'passphrase', 'signature', 'jwt', 'bearer', 'passwords', 'secrets', 'cookies', 'accesstoken', 'securitytoken', 'sessiontoken', 'clientsecret', 'accesskeyid', 'accesskeysecret']);
/** Keys of OpenTelemetry's conventions that name an id and no key to anything. */
const PUBLIC_KEYS = new Set(['session.id', 'session.previous_id', 'mcp.session.id']);
const SECRET_PAIRS = new Set(['api key', 'access key', 'private key', 'set cookie', 'session id', 'client secret', 'secret key']);

/** A value that is shown nowhere: not in a trace, a log, a JSON text or an error message. */
export class Secret<T> {
  readonly #value: T;

  constructor(value: T) {
    this.#value = value;
  }

  /** The value itself. */
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

/**
 * Wraps a value so that it cannot get into a trace: as an attribute it reads `[redacted]`, and where its text (6 characters or
 * more) turns up in an attribute, a name, an error message or a stack of a span, it is replaced there too. `reveal()` gives it back.
 *
 * @example
 * ```ts
 * import { secret } from 'fc-traced';
 * const key = secret('sk-live-4711');
 * export const header = (): string => `Bearer ${key.reveal()}`;
 * ```
 */
export function secret<T>(value: T): Secret<T> {
  rememberSecret(value);
  return new Secret(value);
}

/** Has a text looked for from now on. */
export function rememberSecret(value: unknown): void {
  if (typeof value !== 'string' || value.length < MIN_LENGTH) return;
  // One that is known already becomes the newest.
  if (!state.secrets.delete(value) && state.secrets.size >= MAX_KNOWN) state.secrets.delete(state.secrets.values().next().value!);
  state.secrets.add(value);
}

/** A text without the secrets that are known. */
export function redactText(text: string): string {
  let found: string[] | undefined;
  for (const known of state.secrets) if (text.includes(known)) (found ??= []).push(known);
  if (found === undefined) return text;
  // The longest first: where one secret begins with another, the rest of it would stay.
  return found.sort((a, b) => b.length - a.length).reduce((clean, known) => clean.replaceAll(known, REDACTED), text);
}

/** Keys that were looked at already; programs have few. */
const keys = new Map<string, boolean>();
const MAX_KEYS = 1_000;

/** Whether an attribute's key says that its value is a secret: by its words, so `input_tokens` is none. */
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
    .toLowerCase()
    .split(/[^a-z0-9]+/);
  return words.some((word, index) => SECRET_WORDS.has(word) || SECRET_PAIRS.has(`${words[index - 1]} ${word}`));
}
