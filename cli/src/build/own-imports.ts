import { existsSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { Plugin } from 'esbuild';
import { isInstalled, isProgramModule } from '../bundling/module-files';
import { isTypeScriptFile, projectOf } from '../bundling/typescript-settings';
import { findSource, withoutExtension } from '../functions/typescript';

interface OwnManifest {
  readonly name?: string;
  readonly main?: string;
  readonly imports?: Readonly<Record<string, unknown>>;
  readonly exports?: unknown;
}

const CONDITIONS = new Set(['node', 'module-sync', 'import', 'require', 'default']);

function nearestPackage(folder: string): { readonly folder: string; readonly manifest: OwnManifest } | undefined {
  const path = join(folder, 'package.json');
  if (existsSync(path)) return { folder, manifest: JSON.parse(readFileSync(path, 'utf8')) as OwnManifest };
  return dirname(folder) === folder ? undefined : nearestPackage(dirname(folder));
}

/** The file of an entry of `imports` or `exports`, by the conditions of Node.js. */
function fileOf(entry: unknown): string | undefined {
  if (typeof entry === 'string') return entry;
  if (typeof entry !== 'object' || entry === null) return undefined;
  const conditions = Array.isArray(entry) ? entry : Object.entries(entry).filter(([name]) => CONDITIONS.has(name));
  return conditions
    .map((one: unknown) => fileOf(Array.isArray(entry) ? one : (one as [string, unknown])[1]))
    .find(Boolean);
}

/** The file of a name in `imports` or `exports`, whose names may have one `*`. */
function fileIn(entries: Readonly<Record<string, unknown>>, name: string): string | undefined {
  if (name in entries) return fileOf(entries[name]);
  for (const [pattern, entry] of Object.entries(entries)) {
    const [before = '', after] = pattern.split('*');
    if (after === undefined || name.length < pattern.length) continue;
    if (!name.startsWith(before) || !name.endsWith(after)) continue;
    return fileOf(entry)?.replaceAll('*', name.slice(before.length, name.length - after.length));
  }
  return undefined;
}

/** The file that a `package.json` names for an import of its own package. */
function namedFile(
  { name, main = 'index.js', imports = {}, exports }: OwnManifest,
  specifier: string,
): string | undefined {
  if (specifier.startsWith('#')) return fileIn(imports, specifier);
  if (name === undefined || (specifier !== name && !specifier.startsWith(`${name}/`))) return undefined;
  const place = `.${specifier.slice(name.length)}`;
  const isMap =
    typeof exports === 'object' && exports !== null && Object.keys(exports).every((key) => key.startsWith('.'));
  if (isMap) return fileIn(exports as Readonly<Record<string, unknown>>, place);
  return place === '.' ? (fileOf(exports) ?? main) : undefined;
}

/** The file that a program means by an import of itself, whether it exists or not. */
function targetOf(specifier: string, importer: string): string | undefined {
  const own = nearestPackage(dirname(importer));
  const file = own && namedFile(own.manifest, specifier);
  return own && file && join(own.folder, file);
}

/**
 * Bundles the sources for imports of a program from itself, by its own name or by `imports` of its `package.json`, which
 * name compiled modules. As for `tsc`, each module is part of the program once.
 */
export const ownImports: Plugin = {
  name: 'own-imports',
  setup({ onResolve }) {
    onResolve({ filter: /^[^./\\]/ }, ({ path, importer }) => {
      if (!isTypeScriptFile(importer) || !isProgramModule(importer)) return undefined;
      const target = targetOf(path, importer);
      if (target === undefined || isInstalled(target) || !/\.[mc]?js$/.test(target)) return undefined;
      const source = findSource(dirname(target), withoutExtension(basename(target)));
      const isOwn = source !== undefined && projectOf(source)?.path === projectOf(importer)?.path;
      return isOwn ? { path: source } : undefined;
    });
  },
};
