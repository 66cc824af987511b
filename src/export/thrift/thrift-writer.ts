/** The types of Thrift's binary protocol. */
export const ThriftType = { BOOL: 2, DOUBLE: 4, I32: 8, I64: 10, STRING: 11, STRUCT: 12, LIST: 15 } as const;
type TypeCode = (typeof ThriftType)[keyof typeof ThriftType];

const FIRST_BYTES = 16_384;
/** The most bytes of a UTF-16 code unit in UTF-8. */
const MOST_BYTES_OF_UNIT = 3;

/**
 * Writes Thrift's binary protocol. Specification:
 * https://github.com/apache/thrift/blob/master/doc/specs/thrift-binary-protocol.md
 */
export class ThriftWriter {
  private buffer = Buffer.allocUnsafe(FIRST_BYTES);
  private length = 0;

  /** The bytes that were written. */
  get bytes(): Uint8Array {
    return this.buffer.subarray(0, this.length);
  }

  boolField(id: number, value: boolean): void {
    this.field(ThriftType.BOOL, id, 1);
    this.buffer[this.length] = value ? 1 : 0;
    this.length += 1;
  }

  doubleField(id: number, value: number): void {
    this.field(ThriftType.DOUBLE, id, 8);
    this.length = this.buffer.writeDoubleBE(value, this.length);
  }

  int32Field(id: number, value: number): void {
    this.field(ThriftType.I32, id, 4);
    this.length = this.buffer.writeInt32BE(value, this.length);
  }

  /** Writes eight bytes, the most significant first. Missing bytes are 0, and further ones are not written. */
  int64Field(id: number, bytes: Uint8Array): void {
    this.field(ThriftType.I64, id, 8);
    // The buffer is not initialized.
    this.buffer.fill(0, this.length, this.length + 8);
    this.buffer.set(bytes.subarray(0, 8), this.length);
    this.length += 8;
  }

  /** Throws if `text` is not a string. */
  stringField(id: number, text: string): void {
    if (typeof text !== 'string') throw new TypeError(`the field ${id} is not a string`);
    this.field(ThriftType.STRING, id, 4 + text.length * MOST_BYTES_OF_UNIT);
    const start = this.length + 4;
    const written = this.buffer.write(text, start, 'utf8');
    this.buffer.writeInt32BE(written, this.length);
    this.length = start + written;
  }

  /** Begins a field whose fields follow, up to `endStruct`. */
  structField(id: number): void {
    this.field(ThriftType.STRUCT, id, 0);
  }

  /** Writes a list of structs. `write` writes the fields of one. */
  structsField<T>(id: number, items: readonly T[], write: (item: T) => void): void {
    this.field(ThriftType.LIST, id, 5);
    this.buffer[this.length] = ThriftType.STRUCT;
    this.length = this.buffer.writeInt32BE(items.length, this.length + 1);
    for (const item of items) {
      write(item);
      this.endStruct();
    }
  }

  endStruct(): void {
    this.reserve(1);
    this.buffer[this.length] = 0;
    this.length += 1;
  }

  private field(type: TypeCode, id: number, bytes: number): void {
    this.reserve(3 + bytes);
    this.buffer[this.length] = type;
    this.length = this.buffer.writeInt16BE(id, this.length + 1);
  }

  private reserve(bytes: number): void {
    const needed = this.length + bytes;
    if (needed <= this.buffer.length) return;
    const larger = Buffer.allocUnsafe(Math.max(needed, this.buffer.length * 2));
    this.buffer.copy(larger, 0, 0, this.length);
    this.buffer = larger;
  }
}
