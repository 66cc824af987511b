import { inspect } from 'node:util';
import { warnOnce } from '../../diagnostics';
import { ATTR_MCP_SESSION_ID, ATTR_SESSION_ID, ATTR_SESSION_PREVIOUS_ID } from '../../semconv';
import { activeInvocation } from '../context/active-context';
import { state } from '../telemetry/state';

/** What stands where a secret stood. */
export const REDACTED = '[redacted]';

/** Shorter texts would be found by accident all over a trace. */
const MIN_LENGTH = 6;
/** How many secrets are looked for: those of the function, and those that invocations made. The oldest of a kind are forgotten first. */
const MAX_LASTING = 1_000;
const MAX_PASSING = 256;
/** How deep, and how many, texts inside a secret object are looked for. */
const MAX_DEPTH = 3;
const MAX_TEXTS = 32;

/** Words that name a secret, alone or at the end of a word without gaps (`dbpassword`). */
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
/** Whose tokens are secrets, and no measure of text. */
const SECRET_HOLDERS = new Set(['access', 'refresh', 'auth', 'security', 'session', 'id', 'bearer', 'api']);
/** What is told of a secret by these is none itself. */
const MEASURES = new Set([
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
/** Keys of OpenTelemetry's conventions that name an id and no key to anything. */
const PUBLIC_KEYS = new Set([ATTR_SESSION_ID, ATTR_SESSION_PREVIOUS_ID, ATTR_MCP_SESSION_ID]);

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
  rememberSecret(value, activeInvocation() === undefined);
  return new Secret(value);
}

/** The texts that a secret value consists of. */
function textsIn(value: unknown, depth = 0, texts: string[] = []): string[] {
  if (typeof value === 'string') texts.push(value);
  else if (typeof value === 'object' && value !== null && depth < MAX_DEPTH) {
    for (const inner of Object.values(value)) if (texts.length < MAX_TEXTS) textsIn(inner, depth + 1, texts);
  }
  return texts;
}

/** A text as it stands inside JSON and inside a URL. */
function formsOf(text: string): string[] {
  try {
    return [...new Set([text, JSON.stringify(text).slice(1, -1), encodeURIComponent(text)])];
  } catch {
    return [text];
  }
}

/** Has a value's texts looked for from now on; `isLasting`: it is the function's own, and no number of others pushes it out. */
export function rememberSecret(value: unknown, isLasting: boolean): void {
  const [known, limit] = isLasting ? [state.secrets.lasting, MAX_LASTING] : [state.secrets.passing, MAX_PASSING];
  for (const text of textsIn(value)) {
    if (text.length < MIN_LENGTH) continue;
    for (const form of formsOf(text)) {
      // One that is known already becomes the newest.
      if (!known.delete(form) && known.size >= limit) {
        known.delete(known.values().next().value!);
        warnOnce(`more than ${limit} secrets are known; the oldest are no longer looked for`);
      }
      known.add(form);
    }
  }
}

/** Whether any secret is known. */
export function knowsSecrets(): boolean {
  return state.secrets.lasting.size > 0 || state.secrets.passing.size > 0;
}

/** A text without the secrets that are known. */
export function redactText(text: string): string {
  if (!knowsSecrets()) return text;
  let found: string[] | undefined;
  for (const known of state.secrets.lasting) if (text.includes(known)) (found ??= []).push(known);
  for (const known of state.secrets.passing) if (text.includes(known)) (found ??= []).push(known);
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
    .replace(/([A-Z]+)([A-Z][a-z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .map((word) => word.replace(/\d+$/, ''))
    .filter((word) => word !== '');
  if (words.length > 1 && MEASURES.has(words.at(-1)!)) return false;
  const isSecret = (word: string, index: number): boolean => {
    const single = word.replace(/s$/, '');
    return (
      SECRET_WORDS.some((secretWord) => single.endsWith(secretWord)) ||
      SECRET_PAIRS.has(`${words[index - 1]} ${single}`)
    );
  };
  // `input_tokens` counts, and `access_tokens` names.
  return words.some((word, index) =>
    word === 'tokens' ? SECRET_HOLDERS.has(words[index - 1] ?? '') : isSecret(word, index),
  );
}
