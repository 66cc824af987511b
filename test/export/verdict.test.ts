import { retryAfterOf, verdictOf } from '../../src/export/delivery/verdict';

const NOW = Date.parse('2026-11-26T12:00:00Z');
const SMALL = 1_000;
const LARGE = 100_000;
const kindOf = (status: number, bytes = SMALL): string => verdictOf({ status, headers: {} }, bytes, NOW).kind;

test.each([200, 201, 202, 204, 206])('%i acknowledges the request', (status) => {
  expect(kindOf(status)).toBe('acknowledged');
});

test.each([408, 429, 500, 502, 503, 504, 599])('%i is temporary', (status) => {
  expect(kindOf(status)).toBe('failed');
});

test.each([301, 302, 303, 304, 307, 308, 399])('%i is a redirect', (status) => {
  expect(kindOf(status)).toBe('redirected');
});

test.each([400, 401, 403, 404, 405, 409, 415, 422, 431, 451, 100, 0, 999])('%i is not success', (status) => {
  expect(kindOf(status)).toBe(status === 999 ? 'failed' : 'refused');
});

test('413 means that the request is too large, and so do 400 and 500 for a large one', () => {
  expect([413, 400, 500, 503].map((status) => kindOf(status, LARGE))).toEqual([
    'too large',
    'too large',
    'too large',
    'failed',
  ]);
  expect([413, 400, 500].map((status) => kindOf(status))).toEqual(['too large', 'refused', 'failed']);
});

test('a large request whose connection is reset may be too large', () => {
  const error = Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' });
  expect([SMALL, LARGE].map((bytes) => verdictOf({ error, timedOut: false }, bytes))).toMatchObject([
    { kind: 'failed', mayBeTooLarge: false },
    { kind: 'failed', mayBeTooLarge: true },
  ]);
});

test.each([
  ['0', 0],
  ['7', 7_000],
  [' 120 ', 120_000],
  ['Thu, 26 Nov 2026 12:00:30 GMT', 30_000],
  ['Thursday, 26-Nov-26 12:00:30 GMT', 30_000],
  ['Thu, 26 Nov 2026 11:00:00 GMT', 0],
  ['', undefined],
  ['soon', undefined],
  ['-1', undefined],
  ['1.5', undefined],
  ['1e9', undefined],
  ['99999999999', undefined],
  ['x'.repeat(1_000_000), undefined],
])('Retry-After %j asks for %s ms', (header, millis) => {
  expect(retryAfterOf(header.slice(0, 1_000_000), NOW)).toBe(millis);
});
