import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { isAdditional } from './module-definitions';
import type { ModuleDefinition } from './module-definitions';

/** A file of a library that the program has loaded. */
export interface LoadedFile {
  readonly file: string;
  /** Its name in `@opentelemetry/instrumentation`: `pg` for the main file, `pg/lib/client.js` for another one. */
  readonly name: string;
  /** The folder of the library. */
  readonly folder: string;
}

/** A `require` as in the program's own files. ES modules have none, and bundlers must not resolve calls of this one. */
export function programRequire(): NodeJS.Require {
  return createRequire(path.resolve('program.js'));
}

/** The folders from which the program's modules are resolved. */
function startFolders(): string[] {
  return [process.cwd(), ...(process.argv[1] === undefined ? [] : [path.dirname(process.argv[1])])];
}

/** The folders of all copies of a library that are at least partly loaded. */
function loadedFolders(library: string): string[] {
  const inside = path.sep + path.join('node_modules', library) + path.sep;
  const folders = Object.keys(programRequire().cache).flatMap((file) => {
    const at = file.lastIndexOf(inside);
    return at === -1 ? [] : [file.slice(0, at + inside.length - 1)];
  });
  return [...new Set(folders)];
}

function mainFileOf(library: string, folder: string): string | undefined {
  try {
    return programRequire().resolve(library, { paths: [folder] });
  } catch {
    return undefined;
  }
}

function pathOf(library: string, folder: string, name: string): string {
  return path.join(folder, path.relative(path.normalize(library), name));
}

/** The loaded files that a definition patches, in all copies of the library. */
export function loadedFilesOf({ name, files }: ModuleDefinition): LoadedFile[] {
  const { cache } = programRequire();
  return loadedFolders(name).flatMap((folder) => {
    const main = mainFileOf(name, folder);
    const inner = files.map((file) => ({ file: pathOf(name, folder, file.name), name: file.name, folder }));
    const candidates =
      main === undefined ? inner : [{ file: main, name, folder }, ...inner.filter(({ file }) => file !== main)];
    return candidates.filter(({ file }) => cache[file]?.loaded === true);
  });
}

/** The files that fc-traced patches but that do not exist in a loaded copy of the library. */
export function missingFilesOf({ name, files }: ModuleDefinition): Omit<LoadedFile, 'file'>[] {
  const additional = files.filter(isAdditional);
  if (additional.length === 0) return [];
  return loadedFolders(name).flatMap((folder) =>
    additional
      .filter((file) => !existsSync(pathOf(name, folder, file.name)))
      .map((file) => ({ name: file.name, folder })),
  );
}

/** The version in the `package.json` of a library. */
export function versionIn(folder: string): string {
  try {
    return String(
      (JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8')) as { version?: unknown }).version,
    );
  } catch {
    return 'unknown';
  }
}

/** How a library that is not loaded can be loaded: by `require`, only by `import`, or not at all. */
export function resolvableBy(library: string): 'require' | 'import' | 'none' {
  try {
    return programRequire().resolve(library, { paths: startFolders() }).endsWith('.mjs') ? 'import' : 'require';
  } catch (error) {
    return (error as { code?: unknown }).code === 'ERR_PACKAGE_PATH_NOT_EXPORTED' ? 'import' : 'none';
  }
}
