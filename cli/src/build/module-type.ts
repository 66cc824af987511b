import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { isWithin } from '../bundling/module-files';

/** The `package.json` that Node.js reads for the files in a folder. */
function manifestFor(folder: string): string | undefined {
  const own = join(folder, 'package.json');
  if (existsSync(own)) return own;
  return dirname(folder) === folder ? undefined : manifestFor(dirname(folder));
}

/**
 * Has Node.js load `.js` files below a folder in the format in which they are written, whatever the `package.json` says
 * that is above the folder, or that was copied into it.
 */
export function writeModuleType(files: readonly string[], folder: string, type: 'commonjs' | 'module'): void {
  for (const file of files.filter((one) => one.endsWith('.js'))) {
    const path = manifestFor(dirname(file));
    const manifest = path === undefined ? {} : (JSON.parse(readFileSync(path, 'utf8')) as Record<string, unknown>);
    const found = manifest['type'] === 'module' ? 'module' : 'commonjs';
    const isOwn = path !== undefined && isWithin(path, folder);
    // Where the folder is deployed, nothing is above it, so that its files are CommonJS.
    if (found === type && (isOwn || type === 'commonjs')) continue;
    const written = isOwn ? path : join(folder, 'package.json');
    writeFileSync(written, `${JSON.stringify({ ...(isOwn && manifest), type })}\n`);
  }
}

/** Writes each `package.json` with the scripts by which a custom runtime is started. */
export function writePackageScripts(
  packageScripts: ReadonlyMap<string, Readonly<Record<string, string>>>,
  folder: string,
): void {
  for (const [place, scripts] of packageScripts) {
    mkdirSync(dirname(join(folder, place)), { recursive: true });
    writeFileSync(join(folder, place), `${JSON.stringify({ scripts })}\n`);
  }
}
