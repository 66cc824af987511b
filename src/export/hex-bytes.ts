const TRACE_ID = new Uint8Array(16);
const SPAN_ID = new Uint8Array(8);
/** The id in `TRACE_ID`: nearly always that of the next span, too. */
let traceId = '0'.repeat(32);

/** The value of a hex digit, in either case. */
function valueOf(code: number): number {
  return code <= 0x39 ? code - 0x30 : (code & 0x5f) - 0x37;
}

/**
 * Returns the bytes of an id in hex, in an array that is used again for the next id. It is compiled into the encoder of
 * OTLP, which copies them at once, instead of a function that allocates an array for each id, twice for each span.
 */
export function hexToBinary(hex: string): Uint8Array {
  if (hex === traceId) return TRACE_ID;
  const length = hex.length >> 1;
  const bytes = length === 16 ? TRACE_ID : length === 8 ? SPAN_ID : new Uint8Array(length);
  for (let at = 0; at < length; at += 1) {
    bytes[at] = (valueOf(hex.charCodeAt(2 * at)) << 4) | valueOf(hex.charCodeAt(2 * at + 1));
  }
  if (bytes === TRACE_ID) traceId = hex;
  return bytes;
}
