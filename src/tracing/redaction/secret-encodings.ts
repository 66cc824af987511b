/** How a secret can occur in a string. */
export interface Encodings {
  /** The secret, and its forms in base64 and hex. */
  readonly exact: readonly string[];
  /** The secret as {@link decoded} returns a string that contains it; `undefined` if that is too short to compare. */
  readonly plain: string | undefined;
}

/** How often a string is decoded: JSON in JSON in a URL has three levels. */
const MAX_ROUNDS = 4;
/** A shorter string would match unrelated text. */
const MIN_PLAIN = 6;
const CONTROLS: Readonly<Record<string, string>> = { '\n': 'n', '\r': 'r', '\t': 't', '\b': 'b', '\f': 'f', '\v': 'v' };
const BY_LETTER = new Map(Object.entries(CONTROLS).map(([control, letter]) => [letter, control]));
const ENTITIES: Readonly<Record<string, string>> = { '&': 'amp', '<': 'lt', '>': 'gt', '"': 'quot', "'": 'apos' };
const BY_ENTITY = new Map(Object.entries(ENTITIES).map(([character, name]) => [name, character]));

const ESCAPED =
  /(?:%[0-9a-f]{2})+|\\u\{([0-9a-f]{1,6})\}|\\u([0-9a-f]{4})|\\x([0-9a-f]{2})|\\([^ux])|&#(\d{1,7});|&#x([0-9a-f]{1,6});|&(amp|lt|gt|quot|apos);/gi;

function character(code: number): string {
  return code <= 0x10_ff_ff ? String.fromCodePoint(code) : '';
}

/** A part of a text that was decoded, and the characters that it was decoded from. */
type Piece = readonly [decoded: string, length: number];

/** Decodes a run of percent-encoded bytes, each character of UTF-8 for itself. */
function percentPieces(run: string): Piece[] {
  const bytes = Buffer.from(run.replaceAll('%', ''), 'hex');
  const pieces: Piece[] = [];
  for (let at = 0; at < bytes.length;) {
    const lead = bytes[at]!;
    const wanted = lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
    const decodedCharacter = bytes.toString('utf8', at, at + wanted);
    const size = decodedCharacter.includes('\ufffd') ? 1 : Math.min(wanted, bytes.length - at);
    pieces.push([size === 1 && lead >= 0x80 ? '\ufffd' : decodedCharacter, 3 * size]);
    at += size;
  }
  return pieces;
}

function unescapeOne([all, point, unit, byte, escaped, decimal, hex, entity]: RegExpMatchArray): string {
  if (escaped !== undefined) return BY_LETTER.get(escaped) ?? escaped;
  if (entity !== undefined) return BY_ENTITY.get(entity.toLowerCase()) ?? all;
  return character(decimal === undefined ? Number.parseInt((point ?? unit ?? byte ?? hex)!, 16) : Number(decimal));
}

/** A decoded text. */
interface Decoded {
  readonly plain: string;
  /** Where each character of `plain` starts and ends in the text. Missing if it was not asked for. */
  readonly places: { readonly starts: readonly number[]; readonly ends: readonly number[] } | undefined;
}

/** Decodes the escapes of a text once. */
function unescape({ plain: text, places }: Decoded): Decoded {
  let plain = '';
  let copied = 0;
  const starts: number[] = [];
  const ends: number[] = [];
  const keep = (to: number): void => {
    plain += text.slice(copied, to);
    if (places !== undefined) {
      for (let at = copied; at < to; at += 1) {
        starts.push(places.starts[at]!);
        ends.push(places.ends[at]!);
      }
    }
  };
  for (const match of text.matchAll(ESCAPED)) {
    keep(match.index);
    const pieces = match[0].startsWith('%')
      ? percentPieces(match[0])
      : [[unescapeOne(match), match[0].length] as const];
    let from = match.index;
    for (const [piece, length] of pieces) {
      plain += piece;
      if (places !== undefined) {
        for (let unit = 0; unit < piece.length; unit += 1) {
          starts.push(places.starts[from]!);
          ends.push(places.ends[from + length - 1]!);
        }
      }
      from += length;
    }
    copied = from;
  }
  if (copied === 0) return { plain: text, places };
  keep(text.length);
  return { plain, places: places && { starts, ends } };
}

function decode(text: string, withPlaces: boolean): Decoded {
  const starts = withPlaces ? Array.from({ length: text.length }, (_, index) => index) : [];
  let found: Decoded = { plain: text, places: withPlaces ? { starts, ends: starts.map((at) => at + 1) } : undefined };
  for (let round = 0; round < MAX_ROUNDS; round += 1) {
    const next = unescape(found);
    if (next.plain === found.plain) break;
    found = next;
  }
  return { ...found, plain: found.plain.replaceAll('+', ' ') };
}

/**
 * Decodes percent-encoding, form-encoding, and the escapes of JSON and HTML, also if a string is encoded several times.
 * The result is only meant for a comparison with another decoded string.
 */
export function decoded(text: string): string {
  return /[%\\&+]/.test(text) ? decode(text, false).plain : text;
}

/** Replaces what decodes to a decoded secret. Takes linear time, whatever the text and the secret are. */
export function replaceDecoded(text: string, secret: string, replacement: string): string {
  const { plain, places } = decode(text, true);
  let clean = '';
  let copied = 0;
  for (let at = plain.indexOf(secret); at !== -1; at = plain.indexOf(secret, at + secret.length)) {
    const start = places!.starts[at]!;
    // One escape can stand for two characters, of which the secret has only one.
    if (start >= copied) clean += text.slice(copied, start) + replacement;
    copied = Math.max(copied, places!.ends[at + secret.length - 1]!);
  }
  return clean + text.slice(copied);
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
  const plain = decoded(text);
  const base64 = base64Forms(bytes);
  const hex = bytes.toString('hex');
  const urlSafe = base64.map((form) => form.replaceAll('+', '-').replaceAll('/', '_'));
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
    plain: plain.length < MIN_PLAIN ? undefined : plain,
  };
}
