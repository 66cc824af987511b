/** Whether a value is an object, and no list. */
export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A member of a value that may be anything; what throws when it is read is not there. */
export function memberOf(value: unknown, key: string): unknown {
  try {
    return typeof value === 'object' && value !== null ? (Reflect.get(value, key) as unknown) : undefined;
  } catch {
    return undefined;
  }
}
