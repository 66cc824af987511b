import { isDeepStrictEqual } from 'node:util';

/**
 * `expect(actual).toStrictEqual(wanted)` for checks that run thousands of times: if the two are equal, it takes a
 * hundredth of the time.
 */
export function expectSame(actual: unknown, wanted: unknown): void {
  if (!isDeepStrictEqual(actual, wanted)) expect(actual).toStrictEqual(wanted);
}
