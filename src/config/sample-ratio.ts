import { TRIGGER_NAMES } from '../fc/event';
import { TRACED_SAMPLE_RATIO } from '../environment-variables';
import { check, describeValue } from './check-options';
import { nearestName } from './nearest-name';

/** The keys of ratios by trigger: the trigger `other` is that of events of an unknown shape. */
const KEYS: readonly string[] = [...TRIGGER_NAMES, 'other', 'default'];

/** Other names under which triggers are known. */
const OTHER_NAMES: Readonly<Record<string, string>> = { cron: 'timer', schedule: 'timer', apigateway: 'api-gateway' };

/** Returns what follows a name that is not a key: the name that was probably meant, or all names. */
function hintFor(name: string): string {
  const nearest = OTHER_NAMES[name.toLowerCase()] ?? nearestName(name.slice(0, 64), KEYS);
  return nearest === undefined ? `the triggers are ${KEYS.join(', ')}` : `did you mean "${nearest}"?`;
}

/** The check of the option `sampleRatio`. */
export function checkSampleRatio(value: unknown): string | undefined {
  if (typeof value === 'function') return undefined;
  if (check.object(value) !== undefined) return check.ratio(value);
  for (const [key, ratio] of Object.entries(value as object) as [string, unknown][]) {
    if (!KEYS.includes(key)) {
      return `an object of ratios by trigger; ${JSON.stringify(key)} is not a trigger (${hintFor(key)})`;
    }
    const wanted = ratio === undefined ? undefined : check.ratio(ratio);
    if (wanted !== undefined) {
      return `an object of ratios by trigger; "${key}" must be ${wanted}, not ${describeValue(ratio)}`;
    }
  }
  return undefined;
}

/**
 * Parses `TRACED_SAMPLE_RATIO`: a ratio such as `0.1`, or ratios by trigger such as `http=0.1,timer=1,default=0.5`.
 * Entries that are not valid are skipped, each with a warning that says which one it is and what is wrong.
 */
export function parseSampleRatio(text: string, warnings: string[]): Readonly<Record<string, number>> {
  const ratios: Record<string, number> = {};
  text.split(',').forEach((entry, index) => {
    if (entry.trim() === '') return;
    const equals = entry.indexOf('=');
    const key = equals === -1 ? 'default' : entry.slice(0, equals).trim().toLowerCase();
    const given = entry.slice(equals + 1).trim();
    const warn = (problem: string): void =>
      void warnings.push(`entry ${index + 1} of ${TRACED_SAMPLE_RATIO} is ignored: ${problem}`);
    if (!KEYS.includes(key)) return warn(`its name is not a trigger (${hintFor(key)})`);
    if (Object.hasOwn(ratios, key)) return warn(`the ratio of "${key}" is set twice; the first one is used`);
    const wanted = given === '' ? 'a ratio from 0 to 1' : check.ratio(Number(given));
    if (wanted !== undefined) return warn(`the ratio of "${key}" must be ${wanted}`);
    ratios[key] = Number(given);
  });
  return ratios;
}
