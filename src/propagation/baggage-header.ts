import type { Baggage, BaggageEntry } from '@opentelemetry/api';
import { countAndTell } from '../tracing/counters';

const MAX_MEMBERS = 64;
const MAX_BYTES = 8_192;
const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
/** What the specification lets stand in a value as it is: https://www.w3.org/TR/baggage/#definition, `%` itself always encoded. */
const PLAIN = /[^\x21\x23\x24\x26-\x2b\x2d-\x3a\x3c-\x5b\x5d-\x7e]/gu;
/** Properties go out as they came in; what could not have come in over HTTP is left out. */
const METADATA = /^[\x20-\x2b\x2d-\x7e]*$/;

/** A text percent-encoded where a baggage value has to be; lone surrogates become U+FFFD, as UTF-8 has none. */
export function encodeBaggageValue(value: string): string {
  return value.toWellFormed().replace(PLAIN, (letter) => [...Buffer.from(letter)].map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`).join(''));
}

function memberOf(key: string, { value, metadata }: BaggageEntry): string | undefined {
  if (!TOKEN.test(key)) return undefined;
  const properties = metadata?.toString() ?? '';
  return `${key}=${encodeBaggageValue(value)}${properties !== '' && METADATA.test(properties) ? `;${properties}` : ''}`;
}

/** The entries that a header can name, those that cannot be counted. */
export function sendableEntries(baggage: Baggage | undefined): [string, BaggageEntry][] {
  const all = baggage?.getAllEntries() ?? [];
  const found = all.filter(([key, entry]) => TOKEN.test(key) && typeof entry.value === 'string');
  if (found.length < all.length) countAndTell('fc_traced.malformed_carriers', all.length - found.length, 'baggage whose key is no token cannot be sent and is left out');
  return found;
}

/** The `baggage` header, or nothing. Members beyond 64, or beyond 8,192 bytes, are left out and counted. Specification: https://www.w3.org/TR/baggage/ */
export function baggageHeader(baggage: Baggage | undefined): string | undefined {
  const members: string[] = [];
  let bytes = 0;
  let dropped = 0;
  for (const [key, entry] of sendableEntries(baggage)) {
    const member = memberOf(key, entry)!;
    if (members.length >= MAX_MEMBERS || bytes + member.length + (members.length > 0 ? 1 : 0) > MAX_BYTES) {
      dropped += 1;
      continue;
    }
    bytes += member.length + (members.length > 0 ? 1 : 0);
    members.push(member);
  }
  if (dropped > 0) countAndTell('fc_traced.malformed_carriers', dropped, 'baggage beyond 64 members or 8,192 bytes is not sent');
  return members.length === 0 ? undefined : members.join(',');
}
