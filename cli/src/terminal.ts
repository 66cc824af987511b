import * as util from 'node:util';

type Style = 'bold' | 'dim' | 'red' | 'green' | 'cyan';

// Node has had it since 20.12; without it, and where no one looks at colours, the text stays plain.
const colourful = process.stdout.isTTY && !process.env['NO_COLOR'] && typeof util.styleText === 'function';

/** Styles a text for a terminal. */
export function paint(style: Style, text: string): string {
  return colourful ? util.styleText(style, text) : text;
}

/** Styles a drawn trace: what failed stands out. */
export function paintTree(tree: string): string {
  return tree.replaceAll(/^.* {2}ERROR.*$/gm, (line) => paint('red', line));
}

/** Prints lines to standard output. */
export function print(...lines: readonly string[]): void {
  console.log(lines.join('\n'));
}
