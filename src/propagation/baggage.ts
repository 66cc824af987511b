import { baggageEntryMetadataFromString, propagation } from '@opentelemetry/api';
import type { Baggage, BaggageEntry } from '@opentelemetry/api';

const MAX_MEMBERS = 64;
const MAX_BYTES = 8_192;
const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;

/** What was read, and how many members had to be left out. */
export interface BaggageReading {
  readonly baggage: Baggage | undefined;
  readonly dropped: number;
}

function baggageOf(entries: ReadonlyMap<string, BaggageEntry>): Baggage | undefined {
  if (entries.size === 0) return undefined;
  // Without a prototype, so that a key such as `__proto__` is a key like any other.
  const record = Object.create(null) as Record<string, BaggageEntry>;
  for (const [key, entry] of entries) record[key] = entry;
  return propagation.createBaggage(record);
}

function parseMember(text: string): readonly [string, BaggageEntry] | undefined {
  const [pair = '', ...properties] = text.split(';');
  const equals = pair.indexOf('=');
  const key = pair.slice(0, Math.max(equals, 0)).trim();
  if (!TOKEN.test(key)) return undefined;
  try {
    const value = decodeURIComponent(pair.slice(equals + 1).trim());
    const metadata = properties.length === 0 ? undefined : baggageEntryMetadataFromString(properties.map((property) => property.trim()).join(';'));
    return [key, metadata === undefined ? { value } : { value, metadata }];
  } catch {
    return undefined;
  }
}

/**
 * Reads a `baggage` header. Members that are not well-formed, and those beyond 64 members or 8,192 bytes, are left out and
 * counted; properties are kept as the entry's metadata; of equal keys the last counts.
 * Specification: https://www.w3.org/TR/baggage/
 */
export function parseBaggageHeader(header: string): BaggageReading {
  const entries = new Map<string, BaggageEntry>();
  let dropped = 0;
  let bytes = 0;
  for (const text of header.split(',')) {
    if (text.trim() === '') continue;
    bytes += Buffer.byteLength(text) + 1;
    const member = bytes > MAX_BYTES + 1 || entries.size >= MAX_MEMBERS ? undefined : parseMember(text);
    if (member === undefined) dropped += 1;
    else entries.set(member[0], member[1]);
  }
  return { baggage: baggageOf(entries), dropped };
}

/** Reads the baggage that FC hands over as an object of strings, with the limits of the W3C form. */
export function parseBaggageObject(object: object): BaggageReading {
  const entries = new Map<string, BaggageEntry>();
  let dropped = 0;
  let bytes = 0;
  for (const key of Object.keys(object)) {
    const value = Reflect.get(object, key) as unknown;
    if (typeof value !== 'string' || key === '') {
      dropped += 1;
      continue;
    }
    bytes += Buffer.byteLength(key) + Buffer.byteLength(value) + 2;
    if (bytes > MAX_BYTES + 1 || entries.size >= MAX_MEMBERS) dropped += 1;
    else entries.set(key, { value });
  }
  return { baggage: baggageOf(entries), dropped };
}

/** The entries of both; where both have a key, that of `first`. */
export function mergeBaggage(first: Baggage | undefined, second: Baggage | undefined): Baggage | undefined {
  if (first === undefined || second === undefined) return first ?? second;
  return first.getAllEntries().reduce((merged, [key, entry]) => merged.setEntry(key, entry), second);
}
