import type { OutgoingHttpHeaders } from 'node:http';
import type { Fault } from './fault';

function rejecting(status: number, headers: () => OutgoingHttpHeaders = () => ({})): Fault['start'] {
  return () => ({ answer: (exchange) => exchange.reject(status, headers()) });
}

// Statuses after which OTLP/HTTP and common practice send again, and those that concern the request itself.
const RETRYABLE = [408, 429, 500, 502, 503, 504];
const REFUSED = [400, 401, 403, 404, 405, 413, 415, 422];
const REDIRECTS = [301, 302, 303, 307, 308];

function statuses(codes: readonly number[], spans: Fault['spans']): [string, Fault][] {
  return codes.map((code) => [`responds with ${code}`, { start: rejecting(code), spans }]);
}

/** Faults of collectors that reject every request with a status. */
export const statusFaults: Readonly<Record<string, Fault>> = {
  ...Object.fromEntries([...statuses(RETRYABLE, 'retryable'), ...statuses(REFUSED, 'refused')]),
  ...Object.fromEntries(
    REDIRECTS.map((code) => [
      `redirects with ${code}`,
      { start: rejecting(code, () => ({ location: '/elsewhere/v1/traces' })), spans: 'refused' } satisfies Fault,
    ]),
  ),
  'redirects without a location': { start: rejecting(302), spans: 'refused' },
  'responds with 429 and Retry-After: 1': {
    start: rejecting(429, () => ({ 'retry-after': '1' })),
    spans: 'retryable',
  },
  'responds with 503 and a date in Retry-After': {
    start: rejecting(503, () => ({ 'retry-after': new Date(Date.now() + 1_000).toUTCString() })),
    spans: 'retryable',
  },
  'responds with 503 and a date in Retry-After that has passed': {
    start: rejecting(503, () => ({ 'retry-after': new Date(Date.now() - 60_000).toUTCString() })),
    spans: 'retryable',
  },
  'responds with 503 and Retry-After: 0': {
    start: rejecting(503, () => ({ 'retry-after': '0' })),
    spans: 'retryable',
  },
  'responds with 503 and an invalid Retry-After': {
    start: rejecting(503, () => ({ 'retry-after': 'soon, -1' })),
    spans: 'retryable',
  },
};
