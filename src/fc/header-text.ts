/** A text without the spaces and tabs around it: what HTTP calls optional whitespace, and nothing else that `trim` takes. */
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

// What may stand in a baggage value as it is: `baggage-octet` of W3C Baggage, without the percent sign.
const NOT_PLAIN = /[^\x21\x23\x24\x26-\x2b\x2d-\x3a\x3c-\x5b\x5d-\x7e]+/gu;
const NOT_PLAIN_IN_WIRE_FORM = /(?:[^\x21\x23-\x2b\x2d-\x3a\x3c-\x5b\x5d-\x7e]|%(?![0-9a-f]{2}))+/giu;
const ENCODED = /(?:%[0-9a-f]{2})+/gi;

function encodeBytes(text: string): string {
  let encoded = '';
  for (const byte of Buffer.from(text)) encoded += `%${byte < 16 ? '0' : ''}${byte.toString(16).toUpperCase()}`;
  return encoded;
}

/** A value as it stands in a `baggage` header: percent-encoded where it must be, so that any text fits a header. */
export function encodeBaggageValue(value: string): string {
  return value.replace(NOT_PLAIN, encodeBytes);
}

/** A value that is in its encoded form already, with what is still not fit for a header encoded as well. */
export function completeEncoding(value: string): string {
  return value.replace(NOT_PLAIN_IN_WIRE_FORM, encodeBytes);
}

/** A text with all percent-encoded that any form of URL or header could take for something else. */
export function percentEncode(text: string): string {
  return text.replace(/[^0-9A-Za-z\-._~]+/gu, encodeBytes);
}

/**
 * The text that a percent-encoded value stands for. Bytes that are no UTF-8 become U+FFFD; a percent sign that encodes nothing
 * stays one. Never throws.
 */
export function percentDecode(text: string): string {
  return text.includes('%')
    ? text.replace(ENCODED, (run) => Buffer.from(run.replaceAll('%', ''), 'hex').toString())
    : text;
}
