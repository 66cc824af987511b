import { check, describeValue } from '../config/check-options';
import { nearestName } from '../config/nearest-name';
import type { Check } from '../config/check-options';
import { FcTracedError } from '../errors';
import type { ExpectedSpan } from './expect-trace';
import type { Trace } from './trace-tree';

/** Returns an error for an argument of the wrong kind. `problem` says what is passed and what is needed. */
export function invalidArgument(problem: string, cause?: unknown): FcTracedError {
  return new FcTracedError('INVALID_TARGET', `${problem}.`, cause === undefined ? undefined : { cause });
}

/** Throws INVALID_TARGET if a value is not a trace. */
export function checkTrace(value: unknown, caller: string): asserts value is Trace {
  const { roots, spans } = (value ?? {}) as Partial<Trace>;
  if (Array.isArray(roots) && Array.isArray(spans)) return;
  throw invalidArgument(
    `${caller} takes one trace: only(), last() or an item of traces() of the recorder that recordTraces returns`,
  );
}

const KINDS = ['internal', 'server', 'client', 'producer', 'consumer'];
const CHECKS: { readonly [K in keyof Required<ExpectedSpan>]: Check } = {
  name: check.string,
  kind: check.oneOf(...KINDS),
  status: check.oneOf('UNSET', 'OK', 'ERROR'),
  attributes: check.object,
  events: check.arrayOf('event names', (item) => typeof item === 'string'),
  links: check.integer(Number.MAX_SAFE_INTEGER, 'a number of links'),
  children: check.arrayOf('expected spans', (item) => check.object(item) === undefined),
};

/** Throws if a value is not an expected span: INVALID_TARGET, or INVALID_OPTION if one of its keys is wrong. */
export function checkExpectedSpan(value: unknown): asserts value is ExpectedSpan {
  if (check.object(value) !== undefined) {
    throw invalidArgument(
      `toMatchTree takes a tree, as a string with one line for each span or as an object such as { name: 'orders', children: [] }, not ${describeValue(value)}`,
    );
  }
  const expected = value as Record<string, unknown>;
  const where = typeof expected.name === 'string' ? `the expected span ${expected.name}` : 'an expected span';
  const invalid = (problem: string): FcTracedError =>
    new FcTracedError('INVALID_OPTION', `${problem[0]!.toUpperCase()}${problem.slice(1)}.`);
  for (const [key, given] of Object.entries({ name: undefined, ...expected })) {
    if (!Object.hasOwn(CHECKS, key)) {
      const nearest = nearestName(key, Object.keys(CHECKS));
      throw invalid(
        `${where} has an unknown key "${key}"${nearest === undefined ? '' : ` (did you mean "${nearest}"?)`}. Its keys are ${Object.keys(CHECKS).join(', ')}`,
      );
    }
    const wanted = given === undefined && key !== 'name' ? undefined : CHECKS[key as keyof ExpectedSpan](given);
    if (wanted !== undefined) throw invalid(`"${key}" of ${where} must be ${wanted}, not ${describeValue(given)}`);
  }
  (expected.children as unknown[] | undefined)?.forEach(checkExpectedSpan);
}
