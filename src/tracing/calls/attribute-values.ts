import type { Attributes, AttributeValue } from '@opentelemetry/api';
import { isSecretKey, REDACTED, redactText, Secret } from '../redaction/redaction';

const MAX_ATTRIBUTES = 64;
const MAX_TEXT = 4_096;
const MAX_ITEMS = 64;
const MAX_DEPTH = 4;
/** How many values are looked at: an object can be wide, deep and full of circles without holding anything that could be shown. */
const MAX_LOOKS = 1_024;

function textValue(text: string): string {
  const clean = redactText(text);
  return clean.length <= MAX_TEXT ? clean : `${clean.slice(0, MAX_TEXT)}…`;
}

/** A value as OpenTelemetry takes one, or nothing where it has no such form. */
function plainValue(value: unknown): AttributeValue | undefined {
  if (typeof value === 'string') return textValue(value);
  if (typeof value === 'number' || typeof value === 'boolean') return value;
  if (typeof value === 'bigint') return String(value);
  if (value instanceof Secret) return REDACTED;
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? undefined : value.toISOString();
  return undefined;
}

function listValue(values: readonly unknown[]): AttributeValue | undefined {
  const items = values
    .slice(0, MAX_ITEMS)
    .map((value) => (value === null || value === undefined ? value : plainValue(value)));
  const kinds = new Set(items.filter((item) => item !== null && item !== undefined).map((item) => typeof item));
  // Objects have no form in a list.
  if (kinds.size === 0 && values.length > 0) return undefined;
  // A list of OpenTelemetry holds one kind; a mixed one is told as texts.
  return (
    kinds.size <= 1 ? items : items.map((item) => (item === null || item === undefined ? item : String(item)))
  ) as AttributeValue;
}

/**
 * Attributes as a span takes them, from whatever an extractor gave: nested objects become dotted keys (4 levels deep), texts are
 * cut at 4,096 characters, lists at 64 items, the whole at 64 attributes and 1,024 values looked at; secrets are replaced. What
 * throws when it is read is passed over, and so are bytes.
 */
export function attributeValues(given: object): Attributes {
  const attributes: Attributes = {};
  let count = 0;
  let looks = 0;
  const addMember = (name: string, object: object, key: string, depth: number): void => {
    const value: unknown = Reflect.get(object, key);
    const plain =
      isSecretKey(name) && value !== undefined && value !== null
        ? REDACTED
        : Array.isArray(value)
          ? listValue(value)
          : plainValue(value);
    if (plain !== undefined) {
      attributes[name] = plain;
      count += 1;
    } else if (
      typeof value === 'object' &&
      value !== null &&
      !Array.isArray(value) &&
      !ArrayBuffer.isView(value) &&
      depth < MAX_DEPTH
    ) {
      addAll(name, value, depth + 1);
    }
  };
  const addAll = (prefix: string, object: object, depth: number): void => {
    for (const key of Object.keys(object)) {
      if (count >= MAX_ATTRIBUTES || looks >= MAX_LOOKS) return;
      looks += 1;
      if (key === '') continue;
      try {
        addMember(prefix === '' ? key : `${prefix}.${key}`, object, key, depth);
      } catch {
        // A getter or a proxy that throws hides its own value alone.
      }
    }
  };
  addAll('', given, 1);
  return attributes;
}
