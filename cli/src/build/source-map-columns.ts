/** Text that is inserted into a line of a bundle, at a column of the original line. */
export interface Insertion {
  readonly line: number;
  readonly column: number;
  readonly text: string;
}

const DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const VALUES = new Map(Array.from(DIGITS, (digit, value) => [digit, value]));

/** The first number of a segment of a source map, in base64 VLQ, and where it ends. */
function firstNumber(segment: string): { value: number; end: number } {
  let bits = 0;
  let end = 0;
  for (let shift = 0; ; shift += 5) {
    const digit = VALUES.get(segment[end]!)!;
    end += 1;
    bits |= (digit & 31) << shift;
    if ((digit & 32) === 0) break;
  }
  return { value: (bits & 1) === 1 ? -(bits >>> 1) : bits >>> 1, end };
}

function encode(value: number): string {
  let bits = value < 0 ? (-value << 1) | 1 : value << 1;
  let text = '';
  do {
    const digit = bits & 31;
    bits >>>= 5;
    text += DIGITS[bits > 0 ? digit | 32 : digit];
  } while (bits > 0);
  return text;
}

function shiftLine(segments: string, insertions: readonly Insertion[]): string {
  let column = 0;
  let shifted = 0;
  let next = 0;
  let inserted = 0;
  return segments
    .split(',')
    .map((segment) => {
      const { value, end } = firstNumber(segment);
      column += value;
      for (; next < insertions.length && insertions[next]!.column <= column; next += 1) {
        inserted += insertions[next]!.text.length;
      }
      const delta = column + inserted - shifted;
      shifted += delta;
      return encode(delta) + segment.slice(end);
    })
    .join(',');
}

/** Returns the `mappings` of a source map after insertions, which are in the order of the text. */
export function shiftMappings(mappings: string, insertions: readonly Insertion[]): string {
  const lines = mappings.split(';');
  for (const line of new Set(insertions.map((insertion) => insertion.line))) {
    const segments = lines[line];
    if (segments === undefined || segments === '') continue;
    lines[line] = shiftLine(
      segments,
      insertions.filter((insertion) => insertion.line === line),
    );
  }
  return lines.join(';');
}
