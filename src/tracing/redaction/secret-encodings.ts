/** How a secret can occur in a string. */
export interface Encodings {
  /** The secret, and its forms in base64 and hex. */
  readonly exact: readonly string[];
  /** The secret as {@link decoded} returns a string that contains it. */
  readonly plain: string;
  /** Matches the secret if each character is plain or escaped in any way. Compiled when it is first used. */
  pattern(): RegExp;
}

/** How often a string is decoded: JSON in JSON in a URL has three levels. */
const MAX_ROUNDS = 4;
/** A backslash, which can be percent-encoded as well. */
const BACKSLASH = String.raw`(?:\\|%(?:25){0,3}5[cC])`;
/** The backslashes before a character that is escaped up to three times. */
const BACKSLASHES = `${BACKSLASH}{1,7}`;
const CONTROLS: Readonly<Record<string, string>> = { '\n': 'n', '\r': 'r', '\t': 't', '\b': 'b', '\f': 'f', '\v': 'v' };
const BY_LETTER = new Map(Object.entries(CONTROLS).map(([control, letter]) => [letter, control]));
const ENTITIES: Readonly<Record<string, string>> = { '&': 'amp', '<': 'lt', '>': 'gt', '"': 'quot', "'": 'apos' };
const BY_ENTITY = new Map(Object.entries(ENTITIES).map(([character, name]) => [name, character]));

const ESCAPED =
  /(?:%[0-9a-f]{2})+|\\u\{([0-9a-f]{1,6})\}|\\u([0-9a-f]{4})|\\x([0-9a-f]{2})|\\([^ux])|&#(\d{1,7});|&#x([0-9a-f]{1,6});|&(amp|lt|gt|quot|apos);/gi;

function character(code: number): string {
  return code <= 0x10_ff_ff ? String.fromCodePoint(code) : '';
}

function unescape(text: string): string {
  return text.replace(ESCAPED, (all: string, ...groups: (string | undefined)[]) => {
    if (all.startsWith('%')) return Buffer.from(all.replaceAll('%', ''), 'hex').toString();
    const [point, unit, byte, escaped, decimal, hex, entity] = groups;
    if (escaped !== undefined) return BY_LETTER.get(escaped) ?? escaped;
    if (entity !== undefined) return BY_ENTITY.get(entity.toLowerCase())!;
    return character(decimal === undefined ? Number.parseInt((point ?? unit ?? byte ?? hex)!, 16) : Number(decimal));
  });
}

/**
 * Decodes percent-encoding, form-encoding, and the escapes of JSON and HTML, also if a string is encoded several times.
 * The result is only meant for a comparison with another decoded string.
 */
export function decoded(text: string): string {
  if (!/[%\\&+]/.test(text)) return text;
  let plain = text;
  for (let round = 0; round < MAX_ROUNDS; round += 1) {
    const next = unescape(plain);
    if (next === plain) break;
    plain = next;
  }
  return plain.replaceAll('+', ' ');
}

function hexPattern(hex: string): string {
  return hex.replace(/[a-f]/g, (digit) => `[${digit}${digit.toUpperCase()}]`);
}

function characterPattern(text: string): string {
  const literal = text.replace(/[\\^$.*+?()[\]{}|/-]/g, String.raw`\$&`);
  const bytes = [...Buffer.from(text)].map((byte) => `%(?:25){0,3}${hexPattern(byte.toString(16).padStart(2, '0'))}`);
  const units = Array.from({ length: text.length }, (_, index) => {
    const hex = text.charCodeAt(index).toString(16);
    return `${BACKSLASHES}(?:u${hexPattern(hex.padStart(4, '0'))}${hex.length > 2 ? '' : `|x${hexPattern(hex.padStart(2, '0'))}`})`;
  });
  const code = text.codePointAt(0)!;
  const forms = [literal, bytes.join(''), units.join(''), `${BACKSLASHES}u\\{0*${hexPattern(code.toString(16))}\\}`];
  if (text === ' ') forms.push(String.raw`\+`);
  if (text === '\\') forms.push(`${BACKSLASH}{2,8}`);
  else if (Object.hasOwn(CONTROLS, text)) forms.push(BACKSLASHES + CONTROLS[text]!);
  else if (/[!-/:-@[-`{-~]/.test(text)) forms.push(`${BACKSLASHES}(?:${literal}|${bytes.join('')})`);
  if (/[^0-9A-Za-z]/.test(text)) forms.push(`&#(?:0*${code}|[xX]0*${hexPattern(code.toString(16))});`);
  if (Object.hasOwn(ENTITIES, text)) forms.push(`&${ENTITIES[text]!};`);
  // The longest first, so that an escape is replaced completely.
  return `(?:${forms.toReversed().join('|')})`;
}

/** Returns the base64 of bytes at each of the three places that they can have in a longer text, without padding. */
function base64Forms(bytes: Buffer): string[] {
  return [0, 1, 2].map((before) => {
    const encoded = Buffer.concat([Buffer.alloc(before), bytes]).toString('base64');
    // Only characters that do not depend on the bytes before and after.
    return encoded.slice(Math.ceil((before * 8) / 6), Math.floor(((before + bytes.length) * 8) / 6));
  });
}

/** Returns the encodings of a secret. */
export function encodingsOf(text: string): Encodings {
  const bytes = Buffer.from(text);
  const base64 = base64Forms(bytes);
  const hex = bytes.toString('hex');
  const urlSafe = base64.map((form) => form.replaceAll('+', '-').replaceAll('/', '_'));
  let compiled: RegExp | undefined;
  return {
    exact: [
      ...new Set([
        text,
        bytes.toString('base64'),
        bytes.toString('base64url'),
        ...base64,
        ...urlSafe,
        hex,
        hex.toUpperCase(),
      ]),
    ],
    plain: decoded(text),
    pattern: () => (compiled ??= new RegExp(Array.from(text, characterPattern).join(''), 'g')),
  };
}
