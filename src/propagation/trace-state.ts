import type { TraceState } from '@opentelemetry/api';
import { trimOptionalWhitespace } from '../fc/header-text';

const MAX_MEMBERS = 32;
const MAX_LENGTH = 8_192;
/** Members longer than this go first where a list is too long. */
const LONG_MEMBER = 128;
const KEY = /^[a-z0-9][a-z0-9_\-*/@]{0,255}$/;
const VALUE = /^[\x20-\x2b\x2d-\x3c\x3e-\x7e]{0,255}[\x21-\x2b\x2d-\x3c\x3e-\x7e]$/;

type Member = readonly [key: string, value: string];

/** A `tracestate` list. Never changed: `set` and `unset` give a new one, the member that was set in front. */
class MemberList implements TraceState {
  /** `text` is what was received: it is passed on as it is while nobody changes the list. */
  constructor(
    private readonly members: readonly Member[],
    private readonly text: string = write(members),
  ) {}

  get(key: string): string | undefined {
    return this.members.find(([known]) => known === key)?.[1];
  }

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

  /** The list as it is sent: of 8,192 characters at most, by leaving whole members out as the specification says. */
  header(): string {
    return this.text.length <= MAX_LENGTH ? this.text : write(shorten(this.members));
  }
}

function write(members: readonly Member[]): string {
  return members.map(([key, value]) => `${key}=${value}`).join(',');
}

/** Leaves out long members first, then others, each time the last one. */
function shorten(members: readonly Member[]): Member[] {
  const kept = [...members];
  const lengthOf = ([key, value]: Member): number => key.length + value.length + 2;
  let length = kept.reduce((sum, member) => sum + lengthOf(member), -1);
  while (length > MAX_LENGTH) {
    const long = kept.findLastIndex((member) => lengthOf(member) - 1 > LONG_MEMBER);
    const [left] = kept.splice(long === -1 ? kept.length - 1 : long, 1);
    length -= lengthOf(left!);
  }
  return kept;
}

/**
 * Reads a `tracestate` header. One member that is not well-formed, or a thirty-third, and the list is given up as a whole;
 * empty members are passed over.
 * Specification: https://www.w3.org/TR/trace-context-2/#tracestate-header. Ours because OpenTelemetry's own class fails
 * the W3C's tests for member limit, key length, vendor keys and illegal values.
 */
export function parseTraceState(header: string): TraceState | undefined {
  return readMembers(header);
}

function readMembers(header: string): MemberList | undefined {
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
 * The `tracestate` header for an outgoing request, `''` when there is nothing to send, or nothing at all where the state of a
 * foreign class is not well-formed. Throws what such a class throws.
 */
export function formatTraceState(state: TraceState): string | undefined {
  if (state instanceof MemberList) return state.header();
  const text: unknown = state.serialize();
  if (typeof text !== 'string') return undefined;
  return trimOptionalWhitespace(text) === '' ? '' : readMembers(text)?.header();
}
