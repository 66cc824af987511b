/** The part of thriftrw that the Jaeger decoder uses. The package has no types. */
declare module 'thriftrw' {
  interface DecodeResult {
    readonly err: Error | null;
    readonly value: unknown;
  }
  export class Thrift {
    constructor(options: { source: string });
    getType(name: string): { fromBufferResult(buffer: Buffer): DecodeResult };
  }
}
