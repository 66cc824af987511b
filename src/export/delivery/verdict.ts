import { STATUS_CODES } from 'node:http';
import type { ResponseHead, SendFailure } from '../exporters/exporters';

/** What became of a request. */
export type Verdict =
  | { readonly kind: 'acknowledged' }
  /** It may succeed later. */
  | {
      readonly kind: 'failed';
      readonly reason: string;
      readonly timedOut: boolean;
      readonly retryAfterMillis?: number | undefined;
      /** The size of the request may be the cause. */
      readonly mayBeTooLarge: boolean;
    }
  /** It was too large: smaller ones may succeed. */
  | { readonly kind: 'too large'; readonly reason: string }
  /** It will not succeed. `byContent`: the content may be the cause, so that other spans may succeed. */
  | { readonly kind: 'refused' | 'redirected' | 'unencodable'; readonly reason: string; readonly byContent: boolean };

/** A request below this size is not refused for its size without the status 413. */
const SMALL_BYTES = 65_536;

/**
 * Interprets the response to a request of `bytes`. A response with status 2xx acknowledges the request. 408, 429, and
 * 5xx are temporary, and so is a request without a response. 413 means that it is too large; so do 400 and 500 for a
 * large request, because Jaeger responds with these. Any other status is final.
 */
export function verdictOf(response: ResponseHead | SendFailure, bytes: number, now = Date.now()): Verdict {
  const isLarge = bytes > SMALL_BYTES;
  if ('error' in response) {
    const { error, timedOut } = response;
    const { code, message } = error as Error & { readonly code?: string };
    const reason = message === '' ? (code ?? error.name) : message;
    // A server may close the connection while it receives more than it accepts.
    const mayBeTooLarge = isLarge && /^(?:ECONNRESET|EPIPE)$/.test(String(code));
    return { kind: 'failed', reason, timedOut, mayBeTooLarge };
  }
  const { status, headers } = response;
  if (status >= 200 && status < 300) return { kind: 'acknowledged' };
  const reason = `${status} ${STATUS_CODES[status] ?? 'unknown status'}`;
  if (status === 413 || (isLarge && (status === 400 || status === 500))) return { kind: 'too large', reason };
  if (status >= 300 && status < 400) return { kind: 'redirected', reason, byContent: false };
  if (status >= 500 || status === 408 || status === 429) {
    return {
      kind: 'failed',
      reason,
      timedOut: false,
      mayBeTooLarge: false,
      retryAfterMillis: retryAfterOf(String(headers['retry-after'] ?? ''), now),
    };
  }
  return { kind: 'refused', reason, byContent: status === 400 || status === 422 };
}

/**
 * Returns the delay that a header `Retry-After` asks for, in milliseconds, or `undefined` if it is missing or malformed.
 * It is a number of seconds or a date (RFC 9110, section 10.2.3).
 */
export function retryAfterOf(header: string, now: number): number | undefined {
  const text = header.trim();
  if (text === '' || text.length > 40) return undefined;
  if (/^\d{1,9}$/.test(text)) return Number(text) * 1_000;
  // A date contains letters; other numbers, such as -1, would be read as a year.
  const date = /^[a-z]/i.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}
