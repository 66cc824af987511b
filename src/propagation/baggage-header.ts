import type { Baggage, BaggageEntry } from '@opentelemetry/api';
import { MAX_BYTES, MAX_MEMBERS, TOKEN } from './baggage';
import { completeEncoding, encodeBaggageValue, trimOptionalWhitespace } from '../fc/header-text';

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
