import * as util from 'node:util';

type Style = 'bold' | 'dim' | 'red' | 'green' | 'cyan';

// `styleText` exists since Node.js 20.12.
const hasColor = process.stdout.isTTY && !process.env['NO_COLOR'] && typeof util.styleText === 'function';

/** Styles a text when the output is a terminal. */
export function paint(style: Style, text: string): string {
  return hasColor ? util.styleText(style, text) : text;
}

/** Prints lines to standard output. */
export function print(...lines: readonly string[]): void {
  console.log(lines.join('\n'));
}
