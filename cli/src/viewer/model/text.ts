/** An attribute value as one line of text: strings as they are, everything else as JSON. */
export function valueText(value: unknown): string {
  if (typeof value === 'string') return value;
  if (value === undefined) return '';
  if (typeof value === 'bigint') return String(value);
  return JSON.stringify(value, jsonValue) ?? '';
}

/** A replacer for `JSON.stringify` that also writes what JSON has no form for: bigints, bytes, NaN and infinities. */
export function jsonValue(_key: string, value: unknown): unknown {
  if (typeof value === 'bigint') return String(value);
  if (typeof value === 'number' && !Number.isFinite(value)) return String(value);
  if (value instanceof Uint8Array) {
    return `0x${Array.from(value, (byte) => byte.toString(16).padStart(2, '0')).join('')}`;
  }
  return value;
}
