import type { TraceState } from '@opentelemetry/api';
import { trimOptionalWhitespace } from '../fc/header-text';

const MAX_MEMBERS = 32;
/** The longest header that is sent, in characters. */
const MAX_LENGTH = 8_192;
/** A longer list is malformed: 32 members have at most half as many characters. */
const MAX_RECEIVED = 32_768;
/** Members longer than this are removed first if a list is too long. */
const LONG_MEMBER = 128;
const KEY = /^[a-z0-9][a-z0-9_\-*/@]{0,255}$/;
const VALUE = /^[\x20-\x2b\x2d-\x3c\x3e-\x7e]{0,255}[\x21-\x2b\x2d-\x3c\x3e-\x7e]$/;

type Member = readonly [key: string, value: string];

/** An immutable `tracestate` list: `set` and `unset` return a new list. */
class MemberList implements TraceState {
  /** `text` is the header as it was received. It is sent unchanged as long as the list is not modified. */
  constructor(
    private readonly members: readonly Member[],
    private readonly text: string = format(members),
  ) {}

  get(key: string): string | undefined {
    return this.members.find(([known]) => known === key)?.[1];
  }

  /** The member that was set comes first. Returns the same list if the key or the value is invalid. */
  set(key: string, value: string): TraceState {
    if (!KEY.test(key) || !VALUE.test(value)) return this;
    const others = this.members.filter(([known]) => known !== key);
    return new MemberList([[key, value] as const, ...others].slice(0, MAX_MEMBERS));
  }

  unset(key: string): TraceState {
    const others = this.members.filter(([known]) => known !== key);
    return others.length === this.members.length ? this : new MemberList(others);
  }

  serialize(): string {
    return this.text;
  }

  /** The header to send. Whole members are removed from a list of more than 8,192 characters, as specified. */
  header(): string {
    return this.text.length <= MAX_LENGTH ? this.text : format(shorten(this.members));
  }
}

function format(members: readonly Member[]): string {
  return members.map(([key, value]) => `${key}=${value}`).join(',');
}

/** Removes the last long member until none is left, then the last member, until the list is short enough. */
function shorten(members: readonly Member[]): Member[] {
  const kept = [...members];
  const lengthOf = ([key, value]: Member): number => key.length + value.length + 2;
  let length = kept.reduce((sum, member) => sum + lengthOf(member), -1);
  while (length > MAX_LENGTH) {
    const long = kept.findLastIndex((member) => lengthOf(member) - 1 > LONG_MEMBER);
    const [removed] = kept.splice(long === -1 ? kept.length - 1 : long, 1);
    length -= lengthOf(removed!);
  }
  return kept;
}

/**
 * Parses a `tracestate` header. Returns `undefined` for an empty list, and discards the whole list if a member is
 * malformed or if there are more than 32 members. Empty members are skipped.
 *
 * OpenTelemetry's own class fails the W3C's tests for the member limit, the key length, vendor keys and illegal values.
 * Specification: https://www.w3.org/TR/trace-context-2/#tracestate-header
 */
export function parseTraceState(header: string): TraceState | undefined {
  return parseMembers(header);
}

function parseMembers(header: string): MemberList | undefined {
  if (header.length > MAX_RECEIVED) return undefined;
  const members: Member[] = [];
  for (const part of header.split(',')) {
    const text = trimOptionalWhitespace(part);
    if (text === '') continue;
    const equals = text.indexOf('=');
    const key = text.slice(0, Math.max(equals, 0));
    const value = text.slice(equals + 1);
    if (equals < 1 || !KEY.test(key) || !VALUE.test(value) || members.length === MAX_MEMBERS) return undefined;
    members.push([key, value]);
  }
  return members.length === 0 ? undefined : new MemberList(members, trimOptionalWhitespace(header));
}

/**
 * Formats the `tracestate` header of an outgoing request: an empty string if there is nothing to send, `undefined` if
 * the state of another implementation is malformed. Throws if `serialize()` of that implementation throws.
 */
export function formatTraceState(state: TraceState): string | undefined {
  if (state instanceof MemberList) return state.header();
  const text: unknown = state.serialize();
  if (typeof text !== 'string') return undefined;
  return trimOptionalWhitespace(text) === '' ? '' : parseMembers(text)?.header();
}
