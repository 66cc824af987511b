import { cpSync, existsSync, mkdirSync, rmSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';

/**
 * Moves the source map of a file beside the folder that is deployed, to `NAME.maps`: it is several times as large as the
 * code.
 */
export function moveSourceMap(file: string, folder: string): void {
  const map = `${file}.map`;
  if (!existsSync(map)) return;
  const target = join(`${folder}.maps`, relative(folder, map));
  mkdirSync(dirname(target), { recursive: true });
  cpSync(map, target);
  rmSync(map);
}
