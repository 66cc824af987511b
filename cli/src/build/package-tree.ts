import { copyFileSync, mkdirSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { BundleError } from '../bundling/bundle-error';
import { isInstalled } from '../bundling/module-files';
import { SINGLE_LIBRARIES } from '../bundling/program-checks';
import { filesBelow } from './copied-files';
import { installedPackage, manifestOf } from '../bundling/installed-package';

/** The packages in a folder `node_modules`: the source of each, by its place, such as `pg` or `pg/node_modules/split2`. */
export type PackageTree = ReadonlyMap<string, string>;

const NESTED = '/node_modules/';

/** The package that a package at a place finds, which is the nearest in its own folder or above it. */
function seenFrom(tree: PackageTree, place: string, name: string): string | undefined {
  const own = tree.get(place === '' ? name : place + NESTED + name);
  if (own !== undefined || place === '') return own;
  return seenFrom(tree, place.slice(0, Math.max(place.lastIndexOf(NESTED), 0)), name);
}

function isSame(name: string, one: string, other: string): boolean {
  if (one === other) return true;
  // Of the same version, one copy does for all.
  return SINGLE_LIBRARIES.includes(name) && manifestOf(one).version === manifestOf(other).version;
}

/**
 * Arranges packages and everything they depend on in `node_modules`, so that each finds the versions that it finds
 * where it is installed. Another version of a package goes below the package that needs it. Throws a
 * {@link BundleError} for two versions of a library that a process must have once.
 */
export function arrangePackages(packages: ReadonlyMap<string, string>): PackageTree {
  const tree = new Map(packages);
  // Entries that are added are visited, too: all that a package needs is placed before what these need.
  for (const [place, source] of tree) {
    const { dependencies, optionalDependencies, peerDependencies } = manifestOf(source);
    for (const name of Object.keys({ ...dependencies, ...optionalDependencies, ...peerDependencies })) {
      const found = name.startsWith('@types/') ? undefined : installedPackage(name, source);
      if (found === undefined) continue;
      const seen = seenFrom(tree, place, name);
      if (seen === undefined) tree.set(name, found);
      else if (!isSame(name, seen, found)) {
        if (SINGLE_LIBRARIES.includes(name)) throw severalCopies(name, [seen, found]);
        tree.set(place + NESTED + name, found);
      }
    }
  }
  return tree;
}

function severalCopies(name: string, folders: readonly string[]): BundleError {
  const copies = folders.map((folder) => `${manifestOf(folder).version ?? '?'} in ${relative('.', folder)}`);
  return new BundleError(
    'SEVERAL_COPIES',
    `the packages that are not bundled need ${name} in two versions: ${copies.join(', ')}. Use one version: npm ls ` +
      `${name} shows which package needs which`,
  );
}

/** The libraries that a process must have once and that are both bundled and in `node_modules`. */
export function sharedLibraries(tree: PackageTree, bundled: ReadonlySet<string | undefined>): string[] {
  return SINGLE_LIBRARIES.filter((name) => bundled.has(name) && tree.has(name));
}

/** Copies packages into `node_modules` of a folder. Returns their names. */
export function copyPackages(tree: PackageTree, folder: string): string[] {
  const names = new Set<string>();
  for (const [place, source] of tree) {
    names.add(place.split(NESTED).at(-1)!);
    const isWhole = isInstalled(join(source, 'package.json'));
    const files = filesBelow(source, (name) => name !== 'node_modules' && (isWhole || !name.startsWith('.')));
    for (const file of files) {
      const target = join(folder, 'node_modules', place, file);
      mkdirSync(dirname(target), { recursive: true });
      copyFileSync(join(source, file), target);
    }
  }
  return [...names].sort();
}
