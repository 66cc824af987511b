import { StringDecoder } from 'node:string_decoder';
import type { Readable } from 'node:stream';

// FC cuts longer lines as well.
const MAX_LINE_CHARACTERS = 256 * 1024;

/**
 * Calls `onLine` for each line that a process writes. The rest of a line that is longer than 256 KB is skipped, so that
 * a program that writes without end needs no memory here.
 */
export function readLines(output: Readable, onLine: (line: string) => void): void {
  const decoder = new StringDecoder('utf8');
  let line = '';
  const add = (text: string): void => {
    const room = MAX_LINE_CHARACTERS - line.length;
    if (room > 0) line += text.length > room ? text.slice(0, room) : text;
  };
  output.on('data', (bytes: Buffer) => {
    const parts = decoder.write(bytes).split('\n');
    const last = parts.pop()!;
    for (const part of parts) {
      add(part);
      onLine(line.endsWith('\r') ? line.slice(0, -1) : line);
      line = '';
    }
    add(last);
  });
  output.on('end', () => {
    add(decoder.end());
    if (line !== '') onLine(line);
    line = '';
  });
  // A killed process breaks its pipes.
  output.on('error', () => undefined);
}

/** The last lines of a log, at most 10,000. */
export class LogLines {
  readonly #max: number;
  #lines: string[] = [];

  constructor(max = 10_000) {
    this.#max = max;
  }

  add(line: string): void {
    this.#lines.push(line);
    // Not for each line: moving an array costs as much as it is long.
    if (this.#lines.length >= 2 * this.#max) this.#lines = this.all();
  }

  all(): string[] {
    return this.#lines.slice(-this.#max);
  }
}
