import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** A story needs a real part that this machine does not have. The message says how to get it. */
export class MissingPart extends Error {}

// Servers are often kept where only root looks.
const FURTHER_FOLDERS = ['/usr/sbin', '/usr/local/sbin', '/usr/local/bin', '/opt/homebrew/bin'];

/** Where a program of one of these names is, if it is installed. */
export function findProgram(...names: readonly string[]): string | undefined {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), ...FURTHER_FOLDERS].filter(
    (folder) => folder !== '',
  );
  return names.flatMap((name) => folders.map((folder) => join(folder, name))).find((file) => existsSync(file));
}
