import { FcTracedError } from '../errors';

/** Returns what an option must be, as a phrase for the error message, or `undefined` if the value is valid. */
export type Check = (value: unknown) => string | undefined;

/** The options of a function or decorator, each with its check. */
export type Checks = Readonly<Record<string, Check>>;

/** The values of these options are never printed because they may contain a token. */
const SECRET = new Set(['endpoint', 'headers', 'parent']);

export const check = {
  string: ((value) => (typeof value === 'string' && value.trim() !== '' ? undefined : 'a non-empty string')) as Check,
  boolean: ((value) => (typeof value === 'boolean' ? undefined : 'true or false')) as Check,
  function: ((value) => (typeof value === 'function' ? undefined : 'a function')) as Check,
  object: ((value) =>
    typeof value === 'object' && value !== null && !Array.isArray(value) ? undefined : 'an object') as Check,
  /** A number of milliseconds, 0 or more. */
  millis: ((value) =>
    isFiniteNumber(value) && value >= 0 ? undefined : 'a number of milliseconds, 0 or more') as Check,
  /** A number of milliseconds, more than 0. */
  positiveMillis: ((value) =>
    isFiniteNumber(value) && value > 0 ? undefined : 'a number of milliseconds, more than 0') as Check,
  ratio: ((value) => {
    if (!isFiniteNumber(value) || value < 0 || value > 100) return 'a ratio from 0 to 1';
    return value <= 1 ? undefined : `a ratio from 0 to 1 (${value} percent is ${value / 100})`;
  }) as Check,
  /** An integer from 0 to `max`; `description` is what the check returns for any other value. */
  integer:
    (max: number, description: string): Check =>
    (value) =>
      Number.isInteger(value) && (value as number) >= 0 && (value as number) <= max ? undefined : description,
  oneOf:
    (...values: readonly unknown[]): Check =>
    (value) =>
      values.includes(value) ? undefined : inWords(values),
  /** An array whose items all pass `isItem`. `hint` returns what the item that fails it should be, for the message. */
  arrayOf:
    (
      what: string,
      isItem: (value: unknown) => boolean = () => true,
      hint: (value: unknown) => string | undefined = () => undefined,
    ): Check =>
    (value) => {
      if (!Array.isArray(value)) return `an array of ${what}`;
      const index = (value as unknown[]).findIndex((item) => !isItem(item));
      if (index === -1) return undefined;
      const wanted = hint(value[index]);
      return `an array of ${what}; item ${index} is ${describeValue(value[index])}${wanted === undefined ? '' : ` (did you mean ${wanted}?)`}`;
    },
};

function inWords(values: readonly unknown[]): string {
  const words = values.map((value) => (typeof value === 'string' ? `'${value}'` : String(value)));
  return words.length === 1 ? words[0]! : `${words.slice(0, -1).join(', ')} or ${words.at(-1)!}`;
}

function isFiniteNumber(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value);
}

/** Describes a rejected value for an error message. */
export function describeValue(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value);
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  return Array.isArray(value) ? 'an array' : value === null ? 'null' : `a value of type ${typeof value}`;
}

/**
 * Checks an object of options and returns it; `undefined` counts as no options. `names` is the list of options that the
 * error for an unknown option shows.
 *
 * @throws FcTracedError `INVALID_OPTION` if `options` is not an object, has an unknown key, or has a value that fails
 *   its check
 */
export function checkOptions<T extends object>(
  options: unknown,
  where: string,
  checks: Checks,
  names = Object.keys(checks).join(', '),
): T {
  if (options === undefined) return {} as T;
  if (check.object(options) !== undefined) {
    throw invalid(`The options of ${where} must be an object, not ${describeValue(options)}.`);
  }
  for (const [key, value] of Object.entries(options as object) as [string, unknown][]) {
    if (!Object.hasOwn(checks, key)) throw invalid(`${where} has no option "${key}". Its options are ${names}.`);
    const wanted = value === undefined ? undefined : checks[key]!(value);
    if (wanted === undefined) continue;
    const isExplained = SECRET.has(key) || isDescribed(value, wanted);
    const shown = isExplained ? '' : `, not ${describeValue(value)}`;
    throw invalid(`Option "${key}" of ${where} must be ${wanted}${shown}.`);
  }
  return options as T;
}

/** Whether what an array or object must be already says which of its members is wrong. */
function isDescribed(value: unknown, wanted: string): boolean {
  return Array.isArray(value)
    ? wanted.startsWith('an array')
    : check.object(value) === undefined && wanted.startsWith('an object of ');
}

function invalid(message: string): FcTracedError {
  return new FcTracedError('INVALID_OPTION', message);
}
