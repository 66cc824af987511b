/** A trace context whose ids consist of one digit. */
export function traceparent(digit: string, flags = '01'): string {
  return `00-${digit.repeat(32)}-${digit.repeat(16)}-${flags}`;
}

/** The bytes of a string as Java prints them. */
export function javaBytes(text: string): number[] {
  return [...Buffer.from(text)].map((byte) => (byte > 127 ? byte - 256 : byte));
}

/** A ByteBuffer as Gson prints it. */
export function byteBuffer(text: string): object {
  const hb = javaBytes(`xx${text}yy`);
  return { hb, offset: 0, isReadOnly: false, bigEndian: true, mark: -1, position: 2, limit: hb.length - 2, address: 0 };
}
