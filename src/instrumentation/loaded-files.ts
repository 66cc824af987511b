import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import type { ModuleDefinition } from './module-definitions';

/** A file of a library that the program has loaded already. */
export interface LoadedFile {
  readonly file: string;
  /** As `@opentelemetry/instrumentation` calls it: the library's name for its main file, else with the path in it, such as `pg/lib/client.js`. */
  readonly name: string;
  /** The folder of the library. */
  readonly folder: string;
}

/** A `require` as the program's own files have it. In an ES module there is none, and a bundler must not look into this one. */
export function programRequire(): NodeJS.Require {
  return createRequire(path.resolve('program.js'));
}

/** Where the program's modules are looked for. */
function startingPoints(): string[] {
  return [process.cwd(), ...(process.argv[1] === undefined ? [] : [path.dirname(process.argv[1])])];
}

/** The folders of all copies of a library of which something is loaded. */
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

/** The files that a definition patches and that are loaded, of all copies of the library. */
export function loadedFilesOf({ name, files }: ModuleDefinition): LoadedFile[] {
  const { cache } = programRequire();
  return loadedFolders(name).flatMap((folder) => {
    const main = mainFileOf(name, folder);
    const inner = files.map((file) => ({
      file: path.join(folder, path.relative(path.normalize(name), file.name)),
      name: file.name,
      folder,
    }));
    const candidates =
      main === undefined ? inner : [{ file: main, name, folder }, ...inner.filter(({ file }) => file !== main)];
    return candidates.filter(({ file }) => cache[file]?.loaded === true);
  });
}

/** The version that a library's folder says it has. */
export function versionIn(folder: string): string {
  try {
    return String(
      (JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8')) as { version?: unknown }).version,
    );
  } catch {
    return 'unknown';
  }
}

/** What is known of a library that is not loaded: `require` finds it, only `import` does, or neither. */
export function reachOf(library: string): 'require' | 'import' | 'none' {
  try {
    return programRequire().resolve(library, { paths: startingPoints() }).endsWith('.mjs') ? 'import' : 'require';
  } catch (error) {
    return (error as { code?: unknown }).code === 'ERR_PACKAGE_PATH_NOT_EXPORTED' ? 'import' : 'none';
  }
}
