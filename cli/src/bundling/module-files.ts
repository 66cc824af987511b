import { existsSync, readFileSync } from 'node:fs';
import { dirname, isAbsolute, join, relative, sep } from 'node:path';

const MODULE = /\.([mc]?ts|tsx|[mc]?js|jsx)$/;

// Modules that a plugin makes have a NUL in front, or a scheme. A letter alone is a drive of Windows.
const VIRTUAL = /^\0|^[a-z][a-z\d+.-]+:/i;

/** Whether a file is a module of the program itself: JavaScript or TypeScript outside of `node_modules`. */
export function isProgramModule(file: string): boolean {
  return MODULE.test(file) && !VIRTUAL.test(file) && !/\.d\.[mc]?ts$/.test(file) && !isInstalled(file);
}

/** Whether an import with a query is the module itself: `?v=1` may be, but `?raw` and `?url` are made of the file. */
export function isModuleQuery(query: string | undefined): boolean {
  return query === undefined || /^(?:[?&](?:[tv]=[^&]*|import))*(?:#.*)?$/.test(query);
}

/** Whether a file belongs to an installed package, or to a linked copy of `fc-traced`. */
export function isInstalled(file: string): boolean {
  return file.split(/[\\/]/).includes('node_modules') || linkedPackageOf(file) !== undefined;
}

/** Whether a path is a folder, or in it. */
export function isWithin(path: string, folder: string): boolean {
  const below = relative(folder, path);
  return below !== '..' && !below.startsWith(`..${sep}`) && !isAbsolute(below);
}

const names = new Map<string, string | undefined>();

/** The name in the nearest `package.json`. */
function packageNameOf(folder: string): string | undefined {
  if (names.has(folder)) return names.get(folder);
  const manifest = join(folder, 'package.json');
  const own = existsSync(manifest) ? (JSON.parse(readFileSync(manifest, 'utf8')) as { name?: string }).name : undefined;
  const name = own ?? (dirname(folder) === folder ? undefined : packageNameOf(dirname(folder)));
  names.set(folder, name);
  return name;
}

function linkedPackageOf(file: string): InstalledPackage | undefined {
  const [, folder] = /^(.*)[\\/]dist[\\/][\w.-]+$/.exec(file) ?? [];
  return folder !== undefined && packageNameOf(folder) === 'fc-traced' ? { name: 'fc-traced', folder } : undefined;
}

/** An installed package to which a file belongs. */
export interface InstalledPackage {
  readonly name: string;
  readonly folder: string;
}

// Bundlers write paths of Windows with either separator.
const INSTALLED = /^(.*[\\/]node_modules[\\/])((?:@[^\\/]+[\\/])?[^\\/]+)/s;

/** The installed package to which a file belongs; `undefined` for a file of the program. */
export function packageOf(file: string): InstalledPackage | undefined {
  const [, modules, place] = INSTALLED.exec(file) ?? [];
  if (modules === undefined || place === undefined) return linkedPackageOf(file);
  return { name: place.replace('\\', '/'), folder: modules + place };
}
