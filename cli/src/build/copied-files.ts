import { copyFileSync, existsSync, mkdirSync, readdirSync, realpathSync, statSync } from 'node:fs';
import type { Stats } from 'node:fs';
import { basename, dirname, join, relative, resolve, sep } from 'node:path';
import { BundleError } from '../bundling/bundle-error';
import { isInstalled, isWithin } from '../bundling/module-files';
import { isServer } from '../functions/function-spec';
import type { FunctionSpec } from '../functions/function-spec';
import { placeOf } from './file-references';
import type { SourceRoot } from './function-modules';
import { startOf } from './start-command';

const CODE = /\.(?:[mc]?[jt]s|[jt]sx|map|tsbuildinfo)$/;
const NOT_DEPLOYED = new Set(['node_modules', 'package.json', 'package-lock.json', 'yarn.lock', 'pnpm-lock.yaml']);

/** What a path is, or what its symbolic link leads to. `undefined` if that does not exist. */
function statsOf(path: string): Stats | undefined {
  try {
    return statSync(path);
  } catch {
    return undefined;
  }
}

/** The files below a path, relative to it: `['']` for a file. Links that lead nowhere or back are skipped. */
export function filesBelow(path: string, accepts: (name: string, path: string) => boolean): string[] {
  const visit = (place: string, above: readonly string[]): string[] => {
    const at = join(path, place);
    const stats = statsOf(at);
    if (stats?.isFile() === true) return [place];
    if (stats?.isDirectory() !== true) return [];
    const real = realpathSync(at);
    if (above.includes(real)) return [];
    return readdirSync(at)
      .filter((name) => accepts(name, join(at, name)))
      .flatMap((name) => visit(join(place, name), [...above, real]));
  };
  return visit('', []);
}

/** A folder into which the files are copied. */
export interface CopyTarget {
  readonly folder: string;
  /** The folder with the folders of all functions, which is not copied. */
  readonly outDir: string;
}

/**
 * Copies the files that a function reads into its folder: those that its modules reference, those of the code folder
 * that are not code, those that a variable names in `/code`, and the included ones. Of folders, hidden files and
 * `node_modules` are not copied. Files that exist in the folder stay. Returns the places of what was copied.
 */
export function copyFiles(
  spec: FunctionSpec,
  { folder, outDir }: CopyTarget,
  roots: readonly SourceRoot[],
  include: readonly string[],
  references: ReadonlyMap<string, string>,
): string[] {
  const { name, codeDir, file, env } = spec;
  const copied = new Set<string>();
  const copy = (from: string, place: string): void => {
    const to = join(folder, place);
    if (copied.has(place) || !isWithin(to, folder)) return;
    const isWhole = isInstalled(from);
    const files = filesBelow(from, (one, path) => {
      const isDeployed = isWhole || (!one.startsWith('.') && one !== 'node_modules');
      return isDeployed && resolve(path) !== resolve(outDir) && resolve(path) !== resolve(folder);
    });
    for (const below of files) {
      const target = join(to, below);
      if (existsSync(target)) continue;
      mkdirSync(dirname(target), { recursive: true });
      copyFileSync(join(from, below), target);
      copied.add(place);
    }
  };
  for (const [from, place] of references) copy(from, place);
  if (statsOf(codeDir)?.isFile() === true) {
    throw new BundleError(
      'BUNDLE_FAILED',
      `${name}: code is the file ${relative('.', codeDir)}. Name the folder with the code instead`,
    );
  }
  for (const script of isServer(spec) ? startOf(spec).scripts : []) copy(join(codeDir, script), script);
  // What is deployed today beside the code. The folder of s.yaml also has everything else of the project.
  if (codeDir !== dirname(file)) {
    const accepts = (one: string, path: string): boolean =>
      !NOT_DEPLOYED.has(one) && !one.startsWith('.') && resolve(path) !== resolve(outDir);
    for (const place of filesBelow(codeDir, accepts)) {
      if (!CODE.test(place)) copy(join(codeDir, place), place);
    }
  }
  for (const value of Object.values(env)) {
    const place = /^\/code\/([^*?]+)$/.exec(value)?.[1];
    if (place === undefined) continue;
    for (const root of [codeDir, ...roots.map(({ folder: one }) => one)]) copy(join(root, place), place);
  }
  for (const path of include) {
    if (!existsSync(path)) throw new BundleError('BUNDLE_FAILED', `--include: there is no ${path}`);
    const here = [...roots, { folder: codeDir, place: '.' }, { folder: process.cwd(), place: '.' }];
    copy(resolve(path), placeOf(resolve(path), here) ?? basename(path));
  }
  return [...copied].map((place) => place.split(sep).join('/')).sort();
}
