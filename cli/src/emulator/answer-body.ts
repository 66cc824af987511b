/** What FC sends for the value a handler answered with. */
export function answerBody(value: unknown): Buffer {
  if (Buffer.isBuffer(value)) return value;
  if (value === null || value === undefined) return Buffer.alloc(0);
  // A trap of the platform, kept: a function is answered with the text of its constructor.
  if (typeof value === 'function') return Buffer.from(String(value.constructor));
  if (typeof value === 'object') return Buffer.from(JSON.stringify(value) ?? '');
  return Buffer.from(String(value as string | number | boolean | bigint | symbol));
}
