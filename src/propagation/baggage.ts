import { baggageEntryMetadataFromString, propagation } from '@opentelemetry/api';
import type { Baggage, BaggageEntry } from '@opentelemetry/api';
import { completeEncoding, encodeBaggageValue, percentDecode, trimOptionalWhitespace } from '../fc/header-text';

/** W3C Baggage requires that up to this many members and bytes are propagated. More are dropped. */
const MAX_MEMBERS = 64;
const MAX_BYTES = 8_192;
/** What is behind so many characters is not read, and counts as one member. */
const MAX_RECEIVED = 65_536;
/** The grammar of keys: an HTTP token. */
const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
// oxlint-disable-next-line no-control-regex -- no HTTP header can contain these characters, but other carriers can
const CONTROL = /[\x00-\x08\x0a-\x1f\x7f]/;

/** Baggage as it was parsed, and the number of members that were dropped. */
export interface ParsedBaggage {
  readonly baggage: Baggage | undefined;
  readonly dropped: number;
}

/** The result for an empty carrier. */
export const NO_BAGGAGE: ParsedBaggage = { baggage: undefined, dropped: 0 };

function createBaggage(entries: ReadonlyMap<string, BaggageEntry>): Baggage | undefined {
  if (entries.size === 0) return undefined;
  let baggage = propagation.createBaggage();
  // Not from an object: that would move numeric keys to the front, and has a prototype.
  for (const [key, entry] of entries) baggage = baggage.setEntry(key, entry);
  return baggage;
}

/** How the value of an entry was encoded when it was received. */
const received = new WeakMap<BaggageEntry, { readonly value: string; readonly encoded: string }>();

/**
 * Returns the encoded value of an entry: as it was received if the program has not changed it, because decoders differ in
 * how they read it.
 */
function encodedValue(entry: BaggageEntry): string {
  const known = received.get(entry);
  return known?.value === entry.value ? known.encoded : encodeBaggageValue(entry.value);
}

function parseMember(text: string): readonly [string, BaggageEntry] | undefined {
  const [pair = '', ...properties] = text.split(';');
  const equals = pair.indexOf('=');
  const key = trimOptionalWhitespace(pair.slice(0, Math.max(equals, 0)));
  if (!TOKEN.test(key) || CONTROL.test(text)) return undefined;
  const encoded = trimOptionalWhitespace(pair.slice(equals + 1));
  const value = percentDecode(encoded);
  const metadata = properties
    .map(trimOptionalWhitespace)
    .filter((property) => property !== '')
    .join(';');
  const entry = metadata === '' ? { value } : { value, metadata: baggageEntryMetadataFromString(metadata) };
  received.set(entry, { value, encoded: completeEncoding(encoded) });
  return [key, entry];
}

/**
 * Parses a `baggage` header. Drops and counts malformed members, and members beyond 64 members or 8,192 bytes.
 * Values are percent-decoded. Properties become the metadata of the entry and stay encoded. If a key occurs more
 * than once, its last value is used.
 * Specification: https://www.w3.org/TR/baggage/
 */
export function parseBaggageHeader(header: string): ParsedBaggage {
  const entries = new Map<string, BaggageEntry>();
  let dropped = 0;
  let parsed = 0;
  let bytes = -1;
  if (header.length > MAX_RECEIVED) dropped += 1;
  for (const part of header.slice(0, MAX_RECEIVED).split(',')) {
    const text = trimOptionalWhitespace(part);
    if (text === '') continue;
    bytes += Buffer.byteLength(text) + 1;
    const member = bytes > MAX_BYTES || parsed === MAX_MEMBERS ? undefined : parseMember(text);
    if (member === undefined) {
      dropped += 1;
      continue;
    }
    parsed += 1;
    entries.set(member[0], member[1]);
  }
  return { baggage: createBaggage(entries), dropped };
}

/**
 * Reads the baggage in FC's `context.tracing`, an object of strings. Drops and counts values that are not strings,
 * empty keys, and entries beyond the limits of the header.
 */
export function parseBaggageObject(object: object): ParsedBaggage {
  const keys = Object.keys(object);
  if (keys.length === 0) return NO_BAGGAGE;
  const entries = new Map<string, BaggageEntry>();
  let dropped = 0;
  let bytes = -1;
  for (const key of keys) {
    const value = Reflect.get(object, key) as unknown;
    if (typeof value !== 'string' || key === '') {
      dropped += 1;
      continue;
    }
    bytes += Buffer.byteLength(key) + Buffer.byteLength(value) + 2;
    if (bytes > MAX_BYTES || entries.size >= MAX_MEMBERS) dropped += 1;
    else entries.set(key, { value });
  }
  return { baggage: createBaggage(entries), dropped };
}

/**
 * Removes entries whose key is the lower-case form of a key in `other` with the same value. FC's own headers carry the
 * key in the header name, which HTTP may convert to lower case.
 */
function withoutLowerCaseCopies(baggage: Baggage, other: Baggage): Baggage {
  const known = new Map(other.getAllEntries().map(([key, { value }]) => [key.toLowerCase(), value]));
  const copies = baggage.getAllEntries().flatMap(([key, { value }]) => (known.get(key) === value ? [key] : []));
  return copies.length === 0 ? baggage : baggage.removeEntries(...copies);
}

/** Merges two baggages. If both have a key, the entry of `first` is used. */
export function mergeBaggage(first: Baggage | undefined, second: Baggage | undefined): Baggage | undefined {
  if (first === undefined || second === undefined) return first ?? second;
  return first
    .getAllEntries()
    .reduce((merged, [key, entry]) => merged.setEntry(key, entry), withoutLowerCaseCopies(second, first));
}

/** Baggage as it is sent. */
export interface OutgoingBaggage {
  /** The `baggage` header; empty if there is nothing to send. */
  readonly header: string;
  /** Keys and unencoded values of the members in `header`. */
  readonly items: readonly (readonly [key: string, value: string])[];
  /** The number of members and properties that could not be sent. */
  readonly dropped: number;
}

function formatProperty(text: string): string | undefined {
  const equals = text.indexOf('=');
  const key = trimOptionalWhitespace(equals === -1 ? text : text.slice(0, equals));
  if (!TOKEN.test(key)) return undefined;
  return equals === -1 ? key : `${key}=${completeEncoding(trimOptionalWhitespace(text.slice(equals + 1)))}`;
}

/** Formats the properties of a member. Metadata should already be in header form, but programs can set any string. */
function formatProperties(metadata: BaggageEntry['metadata']): { text: string; dropped: number } {
  const given = metadata === undefined ? '' : String(metadata.toString());
  const properties = given.split(';').filter((property) => trimOptionalWhitespace(property) !== '');
  const valid = properties.map(formatProperty).filter((property) => property !== undefined);
  return { text: valid.map((property) => `;${property}`).join(''), dropped: properties.length - valid.length };
}

/**
 * Formats a `baggage` header. Values are percent-encoded, so they can be any string. A value that was received is sent as
 * it was encoded, unless the program changed it. Metadata is sent as properties.
 * Drops and counts members and properties whose key is not a token, values that are not strings, and members beyond
 * 64 members or 8,192 bytes. No member is ever truncated.
 * Specification: https://www.w3.org/TR/baggage/
 */
export function formatBaggage(baggage: Baggage): OutgoingBaggage {
  const members: string[] = [];
  const items: (readonly [string, string])[] = [];
  let bytes = -1;
  let dropped = 0;
  for (const [key, entry] of baggage.getAllEntries()) {
    const value: unknown = entry.value;
    if (typeof value !== 'string' || !TOKEN.test(key) || members.length === MAX_MEMBERS) {
      dropped += 1;
      continue;
    }
    const properties = formatProperties(entry.metadata);
    const member = `${key}=${encodedValue(entry)}${properties.text}`;
    if (bytes + member.length + 1 > MAX_BYTES) {
      dropped += 1;
      continue;
    }
    bytes += member.length + 1;
    dropped += properties.dropped;
    members.push(member);
    items.push([key, value]);
  }
  return { header: members.join(','), items, dropped };
}
