import type { TraceState } from '@opentelemetry/api';

const MAX_MEMBERS = 32;
const KEY = /^(?:[a-z0-9][a-z0-9_\-*/]{0,255}|[a-z0-9][a-z0-9_\-*/]{0,240}@[a-z][a-z0-9_\-*/]{0,13})$/;
const VALUE = /^[\x20-\x2b\x2d-\x3c\x3e-\x7e]{0,255}[\x21-\x2b\x2d-\x3c\x3e-\x7e]$/;

type Member = readonly [key: string, value: string];

/** A `tracestate` list. Never changed: `set` and `unset` give a new one, the member that was set in front. */
class MemberList implements TraceState {
  /** `received` is the text that the members were read from: it is passed on as it came. */
  constructor(
    private readonly members: readonly Member[],
    private readonly received?: string,
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
    return new MemberList(this.members.filter(([known]) => known !== key));
  }

  serialize(): string {
    return this.received ?? this.members.map(([key, value]) => `${key}=${value}`).join(',');
  }
}

/**
 * Reads a `tracestate` header. One member that is not well-formed, or a thirty-third, and the list is given up as a whole,
 * as the specification demands; empty members are passed over.
 * Specification: https://www.w3.org/TR/trace-context-2/#tracestate-header. Ours because OpenTelemetry's own class fails
 * the W3C's tests for member limit, key length, vendor keys and illegal values.
 */
export function parseTraceState(header: string): TraceState | undefined {
  const members: Member[] = [];
  for (const part of header.split(',')) {
    const text = part.replace(/^[ \t]+|[ \t]+$/g, '');
    if (text === '') continue;
    const equals = text.indexOf('=');
    const key = text.slice(0, Math.max(equals, 0));
    const value = text.slice(equals + 1);
    if (equals < 1 || !KEY.test(key) || !VALUE.test(value) || members.length === MAX_MEMBERS) return undefined;
    members.push([key, value]);
  }
  return members.length === 0 ? undefined : new MemberList(members, header.trim());
}
