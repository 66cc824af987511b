import type { Header, OutgoingHeaders } from './entry-points';

export const TRACE_ID = '4bf92f3577b34da6a3ce929d0e0e4736';
export const PARENT_ID = '00f067aa0ba902b7';

/** A requirement of a specification: an incoming request, and what the outgoing requests must look like. */
export interface Requirement {
  /** The section of the specification. */
  readonly section: string;
  /** The requirement in our words, and the case if several show it. */
  readonly title: string;
  readonly headers: readonly Header[];
  /** The number of outgoing requests. Default: 1. */
  readonly requests?: number;
  readonly expected: Expected;
}

/** Fields that are omitted are not checked. Every `traceparent` must be well-formed and have a new parent id. */
export interface Expected {
  /** Whether `traceparent` has the incoming trace id or a new one. */
  readonly trace?: 'continued' | 'restarted';
  readonly flags?: { readonly sampled?: boolean; readonly random?: boolean };
  /**
   * The exact header, a check of it, or `null` if nothing of the caller's must be sent. A new trace that is recorded has
   * the sampling threshold of OpenTelemetry only.
   */
  readonly tracestate?: string | null | ((text: string) => void);
  readonly baggage?: string | null | ((text: string) => void);
}

/** A valid `traceparent` with these flags, this version, and further fields. */
export const traceparent = (flags = '01', version = '00', rest = ''): Header => [
  'traceparent',
  `${version}-${TRACE_ID}-${PARENT_ID}-${flags}${rest}`,
];

const VALID_TRACEPARENT = /^00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-0[0-3]$/;

function checkHeader(text: string | undefined, expected: Expected['tracestate']): void {
  if (typeof expected === 'function') {
    expect(text).toEqual(expect.any(String));
    expected(text!);
  } else if (expected !== undefined) {
    expect(text).toBe(expected ?? undefined);
  }
}

/** Checks the outgoing requests against a requirement. */
export function check({ expected, requests = 1 }: Requirement, sent: readonly OutgoingHeaders[]): void {
  expect(sent).toHaveLength(requests);
  const parents = sent.map((headers) => headers.traceparent!);
  for (const parent of parents) expect(parent).toMatch(VALID_TRACEPARENT);
  const ids = new Set(parents.map((parent) => parent.slice(36, 52)));
  expect([ids.size, ids.has(PARENT_ID)]).toEqual([requests, false]);
  // All requests of one invocation are in one trace.
  expect(new Set(parents.map((parent) => parent.slice(3, 35))).size).toBe(1);
  for (const headers of sent) {
    const flags = Number.parseInt(headers.traceparent!.slice(53), 16);
    if (expected.trace !== undefined) {
      expect(headers.traceparent!.slice(3, 35) === TRACE_ID ? 'continued' : 'restarted').toBe(expected.trace);
    }
    if (expected.flags?.sampled !== undefined) expect((flags & 1) === 1).toBe(expected.flags.sampled);
    if (expected.flags?.random !== undefined) expect((flags & 2) === 2).toBe(expected.flags.random);
    const isNewAndSampled = headers.traceparent!.slice(3, 35) !== TRACE_ID && (flags & 1) === 1;
    checkHeader(headers.tracestate, expected.tracestate === null && isNewAndSampled ? 'ot=th:0' : expected.tracestate);
    checkHeader(headers.baggage, expected.baggage);
  }
}
