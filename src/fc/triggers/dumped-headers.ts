import { readField, readNumber } from '../../safe-access';

const ALL_NAMES: ReadonlySet<string> = new Set(['traceparent', 'tracestate', 'baggage']);
const BAGGAGE: ReadonlySet<string> = new Set(['baggage']);
/** Limits of what is read. `baggage` has at most 8,192 bytes. */
const MAX_ITEMS = 256;
const MAX_BYTES = 8_192;
/** A value that is not base64: `traceparent` contains `-`, the other headers contain `=` before their end. */
const PLAIN = /[-,;:]|=[^=]/;

/** Bytes as Java serializes them, from -128 to 127. */
function fromBytes(value: readonly unknown[]): string | undefined {
  if (value.length > MAX_BYTES || !value.every((byte) => Number.isInteger(byte))) return undefined;
  return Buffer.from(value as number[]).toString();
}

/** A ByteBuffer as Gson serializes it: the bytes are in `hb`, from `position` to `limit`. */
function fromBuffer(value: unknown): string | undefined {
  const bytes = readField(value, 'hb');
  if (!Array.isArray(bytes)) return undefined;
  const offset = readNumber(value, 'offset') ?? 0;
  const position = readNumber(value, 'position') ?? 0;
  const limit = readNumber(value, 'limit') ?? bytes.length;
  return fromBytes((bytes as readonly unknown[]).slice(offset + position, offset + limit));
}

function textOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  if (Array.isArray(value)) return fromBytes(value as readonly unknown[]);
  const bytes = readField(value, 'bytes') ?? readField(value, 'data');
  return Array.isArray(bytes) ? fromBytes(bytes as readonly unknown[]) : fromBuffer(value);
}

/** The value of a header; one in base64 decoded. */
function valueOf(value: unknown): string | undefined {
  const text = textOf(value);
  return text === undefined || PLAIN.test(text) || !/^[A-Za-z0-9+/]{8,}={0,2}$/.test(text)
    ? text
    : Buffer.from(text, 'base64').toString();
}

/** The headers that were found, of those that are wanted. */
class Found {
  readonly headers: Record<string, string> = {};

  constructor(private readonly wanted: ReadonlySet<string>) {}

  add(name: unknown, value: unknown): void {
    const key = textOf(name)?.toLowerCase();
    if (key === undefined || !this.wanted.has(key) || Object.hasOwn(this.headers, key)) return;
    const text = valueOf(value);
    if (text !== undefined) this.headers[key] = text;
  }
}

function addItem(found: Found, item: unknown): void {
  if (typeof item === 'string') {
    const equals = item.indexOf('=');
    if (equals > 0) found.add(item.slice(0, equals).trim(), item.slice(equals + 1).trim());
    return;
  }
  if (typeof item !== 'object' || item === null) return;
  const key = readField(item, 'key') ?? readField(item, 'keyBuffer') ?? readField(item, 'headerKey');
  if (key !== undefined) {
    found.add(key, readField(item, 'value') ?? readField(item, 'valueBuffer') ?? readField(item, 'headerValue'));
    return;
  }
  addMembers(found, item);
}

function addMembers(found: Found, object: object): void {
  for (const name of Object.keys(object).slice(0, MAX_ITEMS)) found.add(name, readField(object, name));
}

/**
 * The W3C headers among the headers of a Kafka or RabbitMQ message, in any form that the event holds them. No document
 * shows an item, so all forms are read that the Java client's fields, their serialization by Gson or a map can take:
 * `{key, value}` with a string, bytes or base64; `{keyBuffer, valueBuffer}`; a map of names; `"name=value"`. Anything
 * else is skipped silently.
 */
export function dumpedHeaders(headers: unknown, only?: 'baggage'): Readonly<Record<string, string>> | undefined {
  const list = readField(headers, 'headers') ?? headers;
  if (typeof list !== 'object' || list === null) return undefined;
  const found = new Found(only === undefined ? ALL_NAMES : BAGGAGE);
  if (Array.isArray(list)) for (const item of (list as readonly unknown[]).slice(0, MAX_ITEMS)) addItem(found, item);
  else addMembers(found, list);
  return found.headers;
}
