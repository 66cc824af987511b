import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { transformSync } from '@swc/core';
import { root } from '../package/fresh-process';

/**
 * Compiles `src` file by file into a temporary folder, and returns its path. The built package contains the SDK. Here, a
 * program can change the SDK before fc-traced loads it, as another version would. Remove the folder with `remove`.
 */
export function compileUnbundled(): { readonly folder: string; remove(): void } {
  const cache = path.join(root, 'node_modules', '.cache');
  mkdirSync(cache, { recursive: true });
  const folder = mkdtempSync(path.join(cache, 'fc-traced-unbundled-'));
  const src = path.join(root, 'src');
  for (const name of readdirSync(src, { recursive: true, encoding: 'utf8' })) {
    if (!name.endsWith('.ts')) continue;
    const { code } = transformSync(readFileSync(path.join(src, name), 'utf8'), {
      filename: name,
      swcrc: false,
      module: { type: 'commonjs' },
      jsc: { target: 'es2022', parser: { syntax: 'typescript', decorators: true } },
    });
    const file = path.join(folder, name.replace(/\.ts$/, '.js'));
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, code);
  }
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}
