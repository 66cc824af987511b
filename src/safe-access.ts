/** `value[key]`, or `undefined` where `value` has no properties or reading throws: getters and proxies may. */
export function readField(value: unknown, key: PropertyKey): unknown {
  try {
    return value === null || value === undefined ? undefined : (value as Record<PropertyKey, unknown>)[key];
  } catch {
    return undefined;
  }
}

/** The string at `path`, or `undefined` where there is none or it is empty. */
export function readText(value: unknown, ...path: string[]): string | undefined {
  const found = path.reduce<unknown>((outer, key) => readField(outer, key), value);
  return typeof found === 'string' && found !== '' ? found : undefined;
}

/** The finite number at `path`, also from its decimal text, or `undefined`. */
export function readNumber(value: unknown, ...path: string[]): number | undefined {
  const found = path.reduce<unknown>((outer, key) => readField(outer, key), value);
  const number = typeof found === 'string' && found.trim() !== '' ? Number(found) : found;
  return typeof number === 'number' && Number.isFinite(number) ? number : undefined;
}

/**
 * The value of a data property of an object or its prototypes, or `undefined`. No getter runs, and of a proxy's traps only those
 * for descriptors and the prototype.
 */
export function dataProperty(value: object, key: PropertyKey): unknown {
  for (let owner: object | null = value; owner !== null; owner = Reflect.getPrototypeOf(owner)) {
    const descriptor = Reflect.getOwnPropertyDescriptor(owner, key);
    if (descriptor !== undefined) return descriptor.value;
  }
  return undefined;
}
