import { readFileSync, writeFileSync } from 'node:fs';
import { shiftMappings } from './source-map-columns';
import type { Insertion } from './source-map-columns';

/** Text that is inserted into a bundle. */
export interface InsertedText {
  readonly offset: number;
  /** Without line breaks. */
  readonly text: string;
}

/** The code of a bundle with inserted texts, and its source map. */
export interface ChangedCode {
  readonly code: string;
  readonly map: { readonly mappings: string };
}

/** Inserts texts into the code of a bundle, and changes the source map in its file. */
export function withTexts(file: string, code: string, inserted: readonly InsertedText[]): ChangedCode {
  const places = [...inserted].sort((a, b) => a.offset - b.offset);
  const parts: string[] = [];
  const insertions: Insertion[] = [];
  let done = 0;
  let line = 0;
  let lineStart = 0;
  for (const { offset, text } of places) {
    for (let end = code.indexOf('\n', lineStart); end !== -1 && end < offset; end = code.indexOf('\n', lineStart)) {
      line += 1;
      lineStart = end + 1;
    }
    parts.push(code.slice(done, offset), text);
    insertions.push({ line, column: offset - lineStart, text });
    done = offset;
  }
  const map = JSON.parse(readFileSync(`${file}.map`, 'utf8')) as { mappings: string };
  return {
    code: parts.join('') + code.slice(done),
    map: { ...map, mappings: shiftMappings(map.mappings, insertions) },
  };
}

/** Inserts texts into the file of a bundle and into its source map. */
export function insertTexts(file: string, code: string, inserted: readonly InsertedText[]): void {
  const changed = withTexts(file, code, inserted);
  writeFileSync(file, changed.code);
  writeFileSync(`${file}.map`, JSON.stringify(changed.map));
}
