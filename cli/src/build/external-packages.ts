import { cpSync, existsSync, readdirSync, readFileSync, realpathSync } from 'node:fs';
import { dirname, join, sep } from 'node:path';

interface Manifest {
  readonly name?: string;
  readonly version?: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
}

const manifestOf = (folder: string): Manifest =>
  JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest;

/** The folder of a package as a module in `from` finds it; `undefined` if it is not installed. */
export function installedPackage(name: string, from: string): string | undefined {
  const folder = join(from, 'node_modules', ...name.split('/'));
  if (existsSync(join(folder, 'package.json'))) return realpathSync(folder);
  return dirname(from) === from ? undefined : installedPackage(name, dirname(from));
}

/** Whether a package has a native addon. */
export function hasAddon(folder: string): boolean {
  if (existsSync(join(folder, 'binding.gyp'))) return true;
  return readdirSync(folder, { recursive: true }).some(
    (file) => String(file).endsWith('.node') && !String(file).split(sep).includes('node_modules'),
  );
}

// What packages with addons use to find them at run time, so that a bundler does not see them.
const FINDERS = ['bindings', 'node-gyp-build', 'node-gyp-build-optional-packages', '@mapbox/node-pre-gyp'];

/** Whether a package loads a native addon that a bundler does not see. */
export function needsAddon(folder: string): boolean {
  if (!existsSync(join(folder, 'package.json'))) return false;
  const { dependencies = {} } = manifestOf(folder);
  return existsSync(join(folder, 'binding.gyp')) || FINDERS.some((name) => name in dependencies);
}

/**
 * Copies packages and everything they depend on into `node_modules` of a folder. A second version of a package goes
 * below the package that needs it. `known` has folders of packages that `from` may not see. Returns the names of the
 * copied packages.
 */
export function copyPackages(
  names: readonly string[],
  from: string,
  to: string,
  known: ReadonlyMap<string, string> = new Map(),
): string[] {
  const placed = new Map<string, string>();
  const copied = new Set<string>();

  const place = (name: string, requiredFrom: string, target: string, found?: string): void => {
    const source = found ?? installedPackage(name, requiredFrom);
    if (source === undefined) return;
    const top = join(to, 'node_modules', ...name.split('/'));
    const folder = placed.get(top) === undefined || placed.get(top) === source ? top : nested(target, name);
    if (placed.get(folder) === source) return;
    placed.set(folder, source);
    copied.add(name);
    const isOwn = (path: string): boolean => !path.slice(source.length).split(sep).includes('node_modules');
    cpSync(source, folder, { recursive: true, dereference: true, filter: isOwn });
    const { dependencies, optionalDependencies, peerDependencies } = manifestOf(source);
    for (const dependency of Object.keys({ ...dependencies, ...optionalDependencies, ...peerDependencies })) {
      if (!dependency.startsWith('@types/')) place(dependency, source, folder);
    }
  };

  for (const name of names) place(name, from, to, known.get(name));
  return [...copied].sort();
}

const nested = (folder: string, name: string): string => join(folder, 'node_modules', ...name.split('/'));
