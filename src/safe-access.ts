/** Returns `value[key]`, or `undefined` if `value` has no properties or reading throws, as getters and proxies can. */
export function readField(value: unknown, key: PropertyKey): unknown {
  try {
    return value === null || value === undefined ? undefined : (value as Record<PropertyKey, unknown>)[key];
  } catch {
    return undefined;
  }
}

/** Returns the string at `path`, or `undefined` if it is missing or empty. */
export function readText(value: unknown, ...path: string[]): string | undefined {
  let found = value;
  for (const key of path) found = readField(found, key);
  return typeof found === 'string' && found !== '' ? found : undefined;
}

/** Returns a finite number, which may also be a numeric string, or `undefined` for any other value. */
export function numberOf(value: unknown): number | undefined {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  return typeof number === 'number' && Number.isFinite(number) ? number : undefined;
}

/** Returns the finite number at `path`, which may also be a numeric string, or `undefined`. */
export function readNumber(value: unknown, ...path: string[]): number | undefined {
  let found = value;
  for (const key of path) found = readField(found, key);
  return numberOf(found);
}

/**
 * Returns the value of a data property of an object or of its prototypes, or `undefined`. Runs no getter; of a proxy's
 * traps, only those for property descriptors and for the prototype run.
 */
export function dataProperty(value: object, key: PropertyKey): unknown {
  for (let owner: object | null = value; owner !== null; owner = Reflect.getPrototypeOf(owner)) {
    const descriptor = Reflect.getOwnPropertyDescriptor(owner, key);
    if (descriptor !== undefined) return descriptor.value;
  }
  return undefined;
}
