// The parts of the package jaeger-client on which the conversion of `@opentelemetry/exporter-jaeger` depends. The build
// puts them in its place (`.ci/chunks.mjs`): jaeger-client loads 330 KB, and reads a file from disk, which bundlers lose.

/** The values of `TagType` that tags of spans have. */
export const TagType = { STRING: 'STRING', DOUBLE: 'DOUBLE', BOOL: 'BOOL' } as const;

/** What the conversion makes of a tag. */
export interface ThriftTag {
  readonly key: string;
  readonly vType: string;
  readonly vStr: string;
  readonly vDouble: number;
  readonly vBool: boolean;
}

/** What the conversion makes of an event. */
export interface ThriftLog {
  readonly timestamp: Buffer;
  readonly fields: readonly ThriftTag[];
}

interface Tag {
  readonly key: string;
  readonly value: unknown;
}

const MOST_DIGITS = 16;
const HEX_DIGITS = /^[\da-f]{16}$/i;

export const Utils = {
  /**
   * Encodes a number, without its fraction, or hex digits as 64 bits. Leading zeros of the digits may be missing. Other
   * text is encoded as 0: the program can link to a span context with any ids.
   */
  encodeInt64(value: number | string): Buffer {
    const bytes = Buffer.alloc(8);
    if (typeof value === 'string') {
      const digits = value.slice(-MOST_DIGITS).padStart(MOST_DIGITS, '0');
      if (HEX_DIGITS.test(digits)) bytes.write(digits, 'hex');
      return bytes;
    }
    bytes.writeBigInt64BE(BigInt.asIntN(64, BigInt(Number.isFinite(value) ? Math.trunc(value) : 0)));
    return bytes;
  },
};

function thriftTag({ key, value }: Tag): ThriftTag {
  const tag = { key, vType: TagType.STRING, vStr: '', vDouble: 0, vBool: false };
  if (typeof value === 'number') return { ...tag, vType: TagType.DOUBLE, vDouble: value };
  if (typeof value === 'boolean') return { ...tag, vType: TagType.BOOL, vBool: value };
  return { ...tag, vStr: String(value) };
}

export const ThriftUtils = {
  emptyBuffer: Buffer.alloc(8),
  getThriftTags: (tags: readonly Tag[]): ThriftTag[] => tags.map(thriftTag),
  getThriftLogs: (logs: readonly { readonly timestamp: number; readonly fields: readonly Tag[] }[]): ThriftLog[] =>
    logs.map(({ timestamp, fields }) => ({
      timestamp: Utils.encodeInt64(timestamp * 1_000),
      fields: ThriftUtils.getThriftTags(fields),
    })),
};

export const ThriftReferenceType = { CHILD_OF: 'CHILD_OF', FOLLOWS_FROM: 'FOLLOWS_FROM' } as const;
