import type { Header, Sent } from './doors';

export const T = '4bf92f3577b34da6a3ce929d0e0e4736';
export const P = '00f067aa0ba902b7';

/** What a specification demands, as a request and what has to be seen of it in the requests that follow. */
export interface Must {
  /** The heading under which the specification says so. */
  readonly section: string;
  /** The demand in our words, and where several cases show it, which of them this is. */
  readonly must: string;
  readonly headers: readonly Header[];
  /** How many requests follow. Default: 1. */
  readonly requests?: number;
  readonly out: Expected;
}

/** What is not named is not looked at; that each `traceparent` is well-formed and of its own is looked at always. */
export interface Expected {
  /** Whether the trace of `traceparent` goes on, or another begins. */
  readonly trace?: 'continued' | 'restarted';
  readonly flags?: { readonly sampled?: boolean; readonly random?: boolean };
  /** The header byte by byte, or a check of it; `null`: none is sent. */
  readonly tracestate?: string | null | ((text: string) => void);
  readonly baggage?: string | null | ((text: string) => void);
}

/** A `traceparent` of these ids. */
export const traceparent = (flags = '01', version = '00', rest = ''): Header => [
  'traceparent',
  `${version}-${T}-${P}-${flags}${rest}`,
];

const FORM = /^00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-0[0-3]$/;

function checkText(text: string | undefined, expected: Expected['tracestate']): void {
  if (typeof expected === 'function') {
    expect(text).toEqual(expect.any(String));
    expected(text!);
  } else if (expected !== undefined) {
    expect(text).toBe(expected ?? undefined);
  }
}

/** Holds the requests that followed against what is expected. */
export function check({ out, requests = 1 }: Must, sent: readonly Sent[]): void {
  expect(sent).toHaveLength(requests);
  const parents = sent.map((headers) => headers.traceparent!);
  for (const parent of parents) expect(parent).toMatch(FORM);
  const ids = new Set(parents.map((parent) => parent.slice(36, 52)));
  expect([ids.size, ids.has(P)]).toEqual([requests, false]);
  // All requests of one invocation are of one trace.
  expect(new Set(parents.map((parent) => parent.slice(3, 35))).size).toBe(1);
  for (const headers of sent) {
    const flags = Number.parseInt(headers.traceparent!.slice(53), 16);
    if (out.trace !== undefined) {
      expect(headers.traceparent!.slice(3, 35) === T ? 'continued' : 'restarted').toBe(out.trace);
    }
    if (out.flags?.sampled !== undefined) expect((flags & 1) === 1).toBe(out.flags.sampled);
    if (out.flags?.random !== undefined) expect((flags & 2) === 2).toBe(out.flags.random);
    checkText(headers.tracestate, out.tracestate);
    checkText(headers.baggage, out.baggage);
  }
}
