import { createColors } from 'picocolors';

type Style = 'bold' | 'dim' | 'red' | 'green' | 'yellow' | 'cyan';

// Not `undefined`: picocolors then decides itself, and treats a CI as a terminal.
const colors = createColors(
  Boolean(process.env['FORCE_COLOR']) ||
    (process.stdout.isTTY === true && !process.env['NO_COLOR'] && process.env['TERM'] !== 'dumb'),
);

/** Styles a text when the output is a terminal. */
export function paint(style: Style, text: string): string {
  return colors[style](text);
}

/** Prints lines to standard output. */
export function print(...lines: readonly string[]): void {
  console.log(lines.join('\n'));
}

/** Prints lines to standard error. */
export function printError(...lines: readonly string[]): void {
  process.stderr.write(`${lines.join('\n')}\n`);
}
