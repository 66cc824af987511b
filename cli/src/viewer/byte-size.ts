// V8 stores a property or an element in 8 bytes, and needs about this much for an object or a string.
const OBJECT_BYTES = 48;

/** Estimates how much memory a tree of plain data needs, in bytes. The object `shared` is counted elsewhere. */
export function byteSize(value: unknown, shared?: object): number {
  if (typeof value === 'string') return OBJECT_BYTES + 2 * value.length;
  if (typeof value === 'bigint') return 24;
  if (typeof value !== 'object' || value === null) return 8;
  if (value === shared) return 8;
  if (value instanceof Uint8Array) return OBJECT_BYTES + value.length;
  let bytes = OBJECT_BYTES;
  if (Array.isArray(value)) for (const item of value) bytes += 8 + byteSize(item, shared);
  else for (const [key, member] of Object.entries(value)) bytes += 8 + key.length + byteSize(member, shared);
  return bytes;
}
