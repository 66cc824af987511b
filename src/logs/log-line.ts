import { LOG_KEYS, logFields, missingFields } from './log-fields';
import type { LogFields } from './log-fields';

/**
 * What a log method is given, with the ids of this place in it; the very values where there are none. They stand behind a text
 * (`trace_id=… span_id=…`), and inside a JSON object, so that it stays one. A line that has them already stays as it is.
 */
export function withLogFields(values: unknown[]): unknown[] {
  const fields = logFields();
  const ids = fieldsText(fields);
  if (ids === '') return values;
  const [first] = values;
  if (values.length === 1 && typeof first === 'string') {
    const json = jsonWith(fields, first);
    if (json !== undefined) return [json];
  }
  // Whoever wrapped a log method of ours, and was wrapped by us again, hands the same line on.
  if (values.some((value) => typeof value === 'string' && value.includes(ids))) return values;
  if (typeof first !== 'string' || !first.includes('%')) return [...values, ids];
  // One text alone is printed as it stands. A second argument would make a format of it.
  if (values.length === 1) return [`${first} ${ids}`];
  return [escapePlaceholders(first, values.length - 1), ...values.slice(1), ids];
}

function fieldsText(fields: LogFields): string {
  let text = '';
  for (const key of LOG_KEYS) {
    const value = fields[key];
    if (value !== undefined) {
      text += `${text === '' ? '' : ' '}${key}=${/^[!-~]+$/.test(value) ? value : JSON.stringify(value)}`;
    }
  }
  return text;
}

/** A JSON object with the fields that it lacks at its end, every other character as it was; nothing where it is no JSON object. */
function jsonWith(fields: LogFields, text: string): string | undefined {
  const isObject = text.trimStart().startsWith('{') && text.trimEnd().endsWith('}');
  const object = isObject ? parsed(text) : undefined;
  if (object === undefined) return undefined;
  const missing = JSON.stringify(missingFields(fields, object)).slice(1, -1);
  if (missing === '') return text;
  const end = text.lastIndexOf('}');
  return `${text.slice(0, end)}${Object.keys(object).length === 0 ? '' : ','}${missing}${text.slice(end)}`;
}

function parsed(text: string): object | undefined {
  try {
    return JSON.parse(text) as object;
  } catch {
    return undefined;
  }
}

/**
 * A format as `util.format` reads it, for `count` values: placeholders that have no value, which it prints as they stand, are written so
 * that they do not take the ids for theirs.
 */
function escapePlaceholders(format: string, count: number): string {
  let left = count;
  return format.replace(/%([%sdifjoOc])/g, (placeholder, kind: string) => {
    if (kind === '%') return placeholder;
    left -= 1;
    return left < 0 ? `%${placeholder}` : placeholder;
  });
}
