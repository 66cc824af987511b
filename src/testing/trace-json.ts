/** Adds a method to an object that `Object.keys`, spreading and comparisons ignore. */
function addHidden<T extends object>(object: T, name: string, value: () => unknown): T {
  return Object.defineProperty(object, name, { value, enumerable: false, configurable: true, writable: true });
}

/** Has `JSON.stringify` encode an object as {@link jsonOf} does. */
export function withJson<T extends object>(object: T): T {
  return addHidden(object, 'toJSON', () => jsonOf(object));
}

/** Has `String(object)` return a text. */
export function withText<T extends object>(object: T, text: () => string): T {
  return addHidden(object, 'toString', text);
}

/**
 * Plain data for JSON: integers of nanoseconds as decimal strings, as in OTLP, and attributes in the order of their
 * keys, so that the same spans have the same text.
 */
function jsonOf(value: unknown, isSorted = false): unknown {
  if (typeof value === 'bigint') return String(value);
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((item) => jsonOf(item));
  const entries = Object.entries(value as Record<string, unknown>);
  if (isSorted) entries.sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(
    entries.map(([key, inner]) => [key, jsonOf(inner, key === 'attributes' || key === 'resource')]),
  );
}
