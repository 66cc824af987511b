import { check, describeValue } from './check-options';
import { nearestName } from './nearest-name';
import type { Check } from './check-options';
import type { KeepOptions } from './options';

const positiveInteger: Check = (value) =>
  Number.isSafeInteger(value) && (value as number) > 0 ? undefined : 'a whole number, more than 0';

const CHECKS: { readonly [K in keyof Required<KeepOptions>]: Check } = {
  errors: check.boolean,
  slowerThanMillis: check.millis,
  coldStart: check.boolean,
  when: check.function,
  overrideCaller: check.boolean,
  maxSpans: positiveInteger,
  maxBytes: positiveInteger,
};
const NAMES = Object.keys(CHECKS);
const RULES = 'errors, slowerThanMillis, coldStart, when';

function nearestRule(given: string): string | undefined {
  const lower = given.toLowerCase();
  return NAMES.find((name) => lower !== '' && name.toLowerCase().startsWith(lower)) ?? nearestName(given, NAMES);
}

/** The check of the option `keep`. */
export function checkKeep(value: unknown): string | undefined {
  if (check.object(value) !== undefined) return `an object of rules (${RULES})`;
  for (const [key, given] of Object.entries(value as object) as [string, unknown][]) {
    const itsCheck = Object.hasOwn(CHECKS, key) ? CHECKS[key as keyof KeepOptions] : undefined;
    if (itsCheck === undefined) {
      const nearest = nearestRule(key.slice(0, 64));
      const hint = nearest === undefined ? `they are ${NAMES.join(', ')}` : `did you mean "${nearest}"?`;
      return `an object of rules; ${JSON.stringify(key)} is not one of them (${hint})`;
    }
    const wanted = given === undefined ? undefined : itsCheck(given);
    if (wanted !== undefined) return `an object of rules; "${key}" must be ${wanted}, not ${describeValue(given)}`;
  }
  return undefined;
}

/** The rules by which traces that are not sampled are kept, with all defaults. */
export interface KeepRules {
  readonly errors: boolean;
  readonly slowerThanMillis: number;
  readonly coldStart: boolean;
  readonly when: KeepOptions['when'];
  readonly overrideCaller: boolean;
  readonly maxSpans: number;
  readonly maxBytes: number;
}

/** Returns the rules; `undefined` if none of them can keep a trace. */
export function keepRules(options: KeepOptions): KeepRules | undefined {
  const { errors = false, slowerThanMillis = Number.POSITIVE_INFINITY, coldStart = false, when } = options;
  if (!errors && !coldStart && when === undefined && slowerThanMillis === Number.POSITIVE_INFINITY) return undefined;
  const { overrideCaller = false, maxSpans = 1_024, maxBytes = 1_048_576 } = options;
  return { errors, slowerThanMillis, coldStart, when, overrideCaller, maxSpans, maxBytes };
}
