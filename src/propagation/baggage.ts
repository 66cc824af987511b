import { baggageEntryMetadataFromString, propagation } from '@opentelemetry/api';
import type { Baggage, BaggageEntry } from '@opentelemetry/api';
import { completeEncoding, encodeBaggageValue, percentDecode, trimOptionalWhitespace } from '../fc/header-text';

/** The size up to which W3C Baggage asks for everything to be passed on. More is left out. */
export const MAX_MEMBERS = 64;
export const MAX_BYTES = 8_192;
/** What a key may be: a token of HTTP. */
export const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
// oxlint-disable-next-line no-control-regex -- these are the characters that no header holds, and that a carrier which is no header may
const CONTROL = /[\x00-\x08\x0a-\x1f\x7f]/;

/** What was read, and how many members had to be left out. */
export interface BaggageReading {
  readonly baggage: Baggage | undefined;
  readonly dropped: number;
}

function baggageOf(entries: ReadonlyMap<string, BaggageEntry>): Baggage | undefined {
  if (entries.size === 0) return undefined;
  let baggage = propagation.createBaggage();
  // One by one: a record of them would put keys that are numbers first, and has a prototype.
  for (const [key, entry] of entries) baggage = baggage.setEntry(key, entry);
  return baggage;
}

function parseMember(text: string): readonly [string, BaggageEntry] | undefined {
  const [pair = '', ...properties] = text.split(';');
  const equals = pair.indexOf('=');
  const key = trimOptionalWhitespace(pair.slice(0, Math.max(equals, 0)));
  if (!TOKEN.test(key) || CONTROL.test(text)) return undefined;
  const value = percentDecode(trimOptionalWhitespace(pair.slice(equals + 1)));
  const metadata = properties
    .map(trimOptionalWhitespace)
    .filter((property) => property !== '')
    .join(';');
  return [key, metadata === '' ? { value } : { value, metadata: baggageEntryMetadataFromString(metadata) }];
}

/**
 * Reads a `baggage` header. Members that are not well-formed, and those beyond 64 members or 8,192 bytes, are left out and
 * counted; properties are kept, encoded as they came, as the entry's metadata; of equal keys the last counts.
 * Specification: https://www.w3.org/TR/baggage/
 */
export function parseBaggageHeader(header: string): BaggageReading {
  const entries = new Map<string, BaggageEntry>();
  let dropped = 0;
  let taken = 0;
  let bytes = -1;
  for (const part of header.split(',')) {
    const text = trimOptionalWhitespace(part);
    if (text === '') continue;
    bytes += Buffer.byteLength(text) + 1;
    const member = bytes > MAX_BYTES || taken === MAX_MEMBERS ? undefined : parseMember(text);
    if (member === undefined) {
      dropped += 1;
      continue;
    }
    taken += 1;
    entries.set(member[0], member[1]);
  }
  return { baggage: baggageOf(entries), dropped };
}

/** Reads the baggage that FC hands over as an object of strings, with the limits of the W3C form. */
export function parseBaggageObject(object: object): BaggageReading {
  const entries = new Map<string, BaggageEntry>();
  let dropped = 0;
  let bytes = -1;
  for (const key of Object.keys(object)) {
    const value = Reflect.get(object, key) as unknown;
    if (typeof value !== 'string' || key === '') {
      dropped += 1;
      continue;
    }
    bytes += Buffer.byteLength(key) + Buffer.byteLength(value) + 2;
    if (bytes > MAX_BYTES || entries.size >= MAX_MEMBERS) dropped += 1;
    else entries.set(key, { value });
  }
  return { baggage: baggageOf(entries), dropped };
}

/** `baggage` without what `other` has under the same key in capitals: HTTP writes the keys small that stand in names of headers, as FC's do. */
function withoutSmallCopies(baggage: Baggage, other: Baggage): Baggage {
  const known = new Map(other.getAllEntries().map(([key, { value }]) => [key.toLowerCase(), value]));
  const copies = baggage.getAllEntries().flatMap(([key, { value }]) => (known.get(key) === value ? [key] : []));
  return copies.length === 0 ? baggage : baggage.removeEntries(...copies);
}

/** The entries of both; where both have a key, that of `first`. */
export function mergeBaggage(first: Baggage | undefined, second: Baggage | undefined): Baggage | undefined {
  if (first === undefined || second === undefined) return first ?? second;
  return first
    .getAllEntries()
    .reduce((merged, [key, entry]) => merged.setEntry(key, entry), withoutSmallCopies(second, first));
}

/** Baggage as it is sent, and how much of it had to be left out. */
export interface OutgoingBaggage {
  /** The `baggage` header; `''` when there is nothing to send. */
  readonly header: string;
  /** Keys and values of the members that are in it. */
  readonly items: readonly (readonly [key: string, value: string])[];
  readonly dropped: number;
}

function formatProperty(text: string): string | undefined {
  const equals = text.indexOf('=');
  const key = trimOptionalWhitespace(equals === -1 ? text : text.slice(0, equals));
  if (!TOKEN.test(key)) return undefined;
  return equals === -1 ? key : `${key}=${completeEncoding(trimOptionalWhitespace(text.slice(equals + 1)))}`;
}

/** The properties of a member: metadata is given in the form of the header, but anyone can set it. */
function formatProperties(metadata: BaggageEntry['metadata']): { text: string; dropped: number } {
  const given = metadata === undefined ? '' : String(metadata.toString());
  const properties = given.split(';').filter((property) => trimOptionalWhitespace(property) !== '');
  const kept = properties.map(formatProperty).filter((property) => property !== undefined);
  return { text: kept.map((property) => `;${property}`).join(''), dropped: properties.length - kept.length };
}

/**
 * Writes a `baggage` header. Values are percent-encoded, so that any text can be sent; metadata is kept. What cannot be sent is
 * left out and counted: members whose key is no token, properties likewise, members beyond 64 or 8,192 bytes; never a part of one.
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
    const member = `${key}=${encodeBaggageValue(value)}${properties.text}`;
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
