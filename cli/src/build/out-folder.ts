import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
} from 'node:fs';
import { basename, dirname, isAbsolute, join, posix, relative, resolve } from 'node:path';
import { isWithin } from '../bundling/module-files';
import type { FunctionSpec } from '../functions/function-spec';
import { UsageError } from '../usage-error';
import type { FunctionModule } from './function-modules';

/** Lists the functions whose folders the build wrote. It is beside these folders, so that it is not deployed. */
const MARKER = '.fc-traced-build';
// Characters that no file system accepts in a name, or that separate names.
const UNSAFE = /^\.|^node_modules$|\.maps$|[\\/:*?"<>|\p{Cc}]/u;

/** The path without symbolic links, as far as it exists. */
function realPath(path: string): string {
  if (existsSync(path)) return realpathSync(path);
  return dirname(path) === path ? path : join(realPath(dirname(path)), basename(path));
}

function checkPlaces({ name, handler }: FunctionSpec, modules: readonly FunctionModule[]): void {
  if (name === '' || UNSAFE.test(name)) {
    throw new UsageError(
      `${name}: the built function is in a folder of this name, and ${JSON.stringify(name)} is not the name of a folder. ` +
        'Change functionName to letters, digits, - and _',
    );
  }
  for (const { place } of modules) {
    if (!isAbsolute(place) && posix.normalize(place).split(/[\\/]/)[0] !== '..') continue;
    throw new UsageError(
      `${name}: the handler ${handler} is outside of the code folder, ${place}. Change handler or code, so that code ` +
        'contains the module',
    );
  }
}

/** The functions whose folders the build wrote. */
function ownNames(outDir: string): string[] {
  const marker = join(outDir, MARKER);
  return existsSync(marker) ? readFileSync(marker, 'utf8').split('\n').filter(Boolean) : [];
}

/**
 * Empties the folders that a build of a function writes: `folder`, and that of its source maps. Throws a
 * {@link UsageError} before anything is deleted, if one of them has files that the build did not write.
 */
export function claimFolder(spec: FunctionSpec, outDir: string, modules: readonly FunctionModule[]): string {
  checkPlaces(spec, modules);
  const { name, file, codeDir } = spec;
  if (existsSync(outDir) && !statSync(outDir).isDirectory()) {
    throw new UsageError(`${name}: --out-dir: ${outDir} is a file. Name a folder`);
  }
  const folder = join(outDir, name);
  const used = [process.cwd(), dirname(file), codeDir, ...modules.map(({ source }) => source)];
  const isOwn = ownNames(outDir).includes(name);
  const folders = [folder, `${folder}.maps`];
  for (const one of folders) {
    const shown = relative('.', one) || '.';
    const kept = used.find((path) => isWithin(realPath(resolve(path)), realPath(resolve(one))));
    if (kept !== undefined) {
      throw new UsageError(
        `${name}: the build would delete ${relative('.', kept) || 'the working directory'}, because it empties ${shown} ` +
          'first. Choose another --out-dir',
      );
    }
    if (!existsSync(one) || isOwn) continue;
    if (statSync(one).isDirectory() && readdirSync(one).length === 0) continue;
    throw new UsageError(
      `${name}: ${shown} exists, and fc-traced build did not write it. Delete it if it is not needed, or choose another ` +
        '--out-dir',
    );
  }
  mkdirSync(outDir, { recursive: true });
  if (!isOwn) appendFileSync(join(outDir, MARKER), `${name}\n`);
  for (const one of folders) rmSync(one, { recursive: true, force: true });
  return folder;
}
