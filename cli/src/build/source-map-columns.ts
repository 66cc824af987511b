import { decode, encode } from '@jridgewell/sourcemap-codec';

/** Text that is inserted into a line of a bundle, at a column of the original line. */
export interface Insertion {
  readonly line: number;
  readonly column: number;
  readonly text: string;
}

/** Returns the `mappings` of a source map after insertions, which are in the order of the text. */
export function shiftMappings(mappings: string, insertions: readonly Insertion[]): string {
  const lines = decode(mappings);
  let next = 0;
  for (const [index, line] of lines.entries()) {
    let shift = 0;
    while (next < insertions.length && insertions[next]!.line < index) next += 1;
    for (const segment of line) {
      for (let one = insertions[next]; one?.line === index && one.column <= segment[0]; one = insertions[next]) {
        shift += one.text.length;
        next += 1;
      }
      segment[0] += shift;
    }
  }
  return encode(lines);
}
