/** Removes leading and trailing spaces and tabs, the optional whitespace of HTTP. `trim` would remove more. */
export function trimOptionalWhitespace(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && isBlank(text, start)) start += 1;
  while (end > start && isBlank(text, end - 1)) end -= 1;
  return text.slice(start, end);
}

function isBlank(text: string, index: number): boolean {
  const code = text.charCodeAt(index);
  return code === 0x20 || code === 0x09;
}

// The characters that a baggage value must percent-encode: all but `baggage-octet` of W3C Baggage, and the percent sign.
// The plus sign is encoded as well, because some decoders read it as a space, such as that of OpenTelemetry for Python.
// In a partly encoded value, a percent sign that starts an escape is kept.
const UNENCODED = /[^\x21\x23\x24\x26-\x2a\x2d-\x3a\x3c-\x5b\x5d-\x7e]+/gu;
const UNENCODED_EXCEPT_ESCAPES = /(?:[^\x21\x23-\x2b\x2d-\x3a\x3c-\x5b\x5d-\x7e]|%(?![0-9a-f]{2}))+/giu;
const ESCAPES = /(?:%[0-9a-f]{2})+/gi;

function encodeBytes(text: string): string {
  let encoded = '';
  for (const byte of Buffer.from(text)) encoded += `%${byte < 16 ? '0' : ''}${byte.toString(16).toUpperCase()}`;
  return encoded;
}

/** Percent-encodes a string for the value of a member of the `baggage` header. */
export function encodeBaggageValue(value: string): string {
  return value.replace(UNENCODED, encodeBytes);
}

/** Percent-encodes the characters of a partly encoded baggage value that a header cannot contain. Escapes are kept. */
export function completeEncoding(value: string): string {
  return value.replace(UNENCODED_EXCEPT_ESCAPES, encodeBytes);
}

/** Percent-encodes all characters except the unreserved ones of RFC 3986, for URLs and headers of any kind. */
export function percentEncode(text: string): string {
  return text.replace(/[^0-9A-Za-z\-._~]+/gu, encodeBytes);
}

/**
 * Decodes a percent-encoded string. Bytes that are not UTF-8 become U+FFFD. A percent sign that starts no escape is
 * kept. Never throws.
 */
export function percentDecode(text: string): string {
  return text.includes('%')
    ? text.replace(ESCAPES, (escapes) => Buffer.from(escapes.replaceAll('%', ''), 'hex').toString())
    : text;
}
