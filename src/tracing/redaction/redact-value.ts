import type { AttributeValue } from '@opentelemetry/api';
import { redactQuery, redactUrl, replaceUrls } from './redact-url';
import { isSecretField } from './secret-keys';
import { REDACTED, redactNumber, redactString } from './secrets';

/** A character that no URL contains. */
const URL_END = /[\s"'<>`\\]/;
/** A path, and nothing else. */
const PATH = /^\/[^\s"'<>]*$/;
/** A form: pairs of names and values that are joined by `&`. */
const FORM = /^[^\s=&?#/:;,"'<>(){}]+=[^\s&"'<>(){}]*(?:&[^\s=&?#/"'<>(){}]+(?:=[^\s&"'<>(){}]*)?)*$/;
/** The longest name of a member of a JSON object. */
const MAX_NAME = 256;
const MAX_DEPTH = 4;

/** Returns where the JSON value at an index ends. The text may be truncated. */
function endOfValue(text: string, start: number): number {
  let depth = 0;
  let at = start;
  while (at < text.length) {
    const char = text[at]!;
    if (char === '"') {
      at = endOfString(text, at);
      if (depth === 0) return at;
      continue;
    }
    if (char === '{' || char === '[') depth += 1;
    else if (depth === 0 && /[\s,}\]]/.test(char)) return at;
    else if ((char === '}' || char === ']') && (depth -= 1) === 0) return at + 1;
    at += 1;
  }
  return at;
}

function endOfString(text: string, start: number): number {
  let at = start + 1;
  while (at < text.length && text[at] !== '"') at += text[at] === '\\' ? 2 : 1;
  return Math.min(at + 1, text.length);
}

function parsedString(json: string): string | undefined {
  try {
    const value: unknown = JSON.parse(json);
    return typeof value === 'string' ? value : undefined;
  } catch {
    return undefined;
  }
}

/** A member of a JSON object. */
interface Member {
  readonly name: string;
  /** Where its value starts. */
  readonly start: number;
  /** Where the search for the next member starts. */
  next: number;
}

function afterWhitespace(text: string, from: number): number {
  let at = from;
  while (at < text.length && /\s/.test(text[at]!)) at += 1;
  return at;
}

/** Returns the first member from an index on: a name in quotes, a colon, and a value. Takes linear time. */
function nextMember(text: string, from: number): Member | undefined {
  let open = text.indexOf('"', from);
  while (open !== -1) {
    const close = text.indexOf('"', open + 1);
    if (close === -1) return undefined;
    const length = close - open - 1;
    if (length > 0 && length <= MAX_NAME) {
      const colon = afterWhitespace(text, close + 1);
      const start = text[colon] === ':' ? afterWhitespace(text, colon + 1) : -1;
      if (start !== -1) return { name: text.slice(open + 1, close), start, next: start };
    }
    open = close;
  }
  return undefined;
}

/** Redacts the members with a secret name in JSON text, also if it is truncated or within another text. */
function redactJson(text: string, depth: number): string {
  let clean = '';
  let copied = 0;
  for (let member = nextMember(text, 0); member !== undefined; member = nextMember(text, member.next)) {
    const { start } = member;
    if (start >= text.length) break;
    const name = parsedString(`"${member.name}"`) ?? member.name;
    const isSecret = isSecretField(name);
    if (!isSecret && text[start] !== '"') continue;
    const end = endOfValue(text, start);
    const value = text.slice(start, end);
    let shown = value;
    if (isSecret) {
      if (value !== 'null' && value !== 'true' && value !== 'false') shown = JSON.stringify(REDACTED);
    } else {
      const inner = parsedString(value);
      const cleanInner = inner === undefined ? undefined : redactFields(inner, depth + 1);
      if (cleanInner !== inner) shown = JSON.stringify(cleanInner);
    }
    clean += text.slice(copied, start) + shown;
    copied = end;
    member.next = end;
  }
  return copied === 0 ? text : clean + text.slice(copied);
}

/** Redacts the secret fields of a text: those of URLs, forms and JSON. */
export function redactFields(text: string, depth = 0): string {
  if (depth > MAX_DEPTH) return text;
  let clean = text;
  if (clean.includes('":') || clean.includes('" :')) clean = redactJson(clean, depth);
  if (clean.includes('://')) clean = replaceUrls(clean, URL_END, redactUrl);
  if (!clean.includes('=')) return clean;
  if (PATH.test(clean) && /[?;#]/.test(clean)) return redactUrl(clean);
  return FORM.test(clean) ? redactQuery(clean) : clean;
}

/** Redacts the items of an array attribute, which has one type: an array of numbers with a secret becomes strings. */
export function redactItems(items: readonly unknown[]): AttributeValue {
  const clean = items.map((item) =>
    typeof item === 'string' ? redactString(item) : typeof item === 'number' ? redactNumber(item) : item,
  );
  const isMixed = items.some((item, index) => typeof item === 'number' && typeof clean[index] === 'string');
  return (isMixed ? clean.map((item) => (typeof item === 'number' ? String(item) : item)) : clean) as AttributeValue;
}
