import { existsSync, readFileSync, realpathSync } from 'node:fs';
import module from 'node:module';
import { dirname, join } from 'node:path';

/** What is used of a `package.json`. */
export interface Manifest {
  readonly name?: string;
  readonly version?: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
}

/** What Yarn Plug'n'Play adds to `node:module`, where packages are not in `node_modules`. */
interface PlugAndPlay {
  resolveToUnqualified(name: string, issuer: string): string | null;
}
const { findPnpApi } = module as { findPnpApi?: (path: string) => PlugAndPlay | null };

/** The `package.json` of an installed package. */
export function manifestOf(folder: string): Manifest {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest;
}

/** The name of the package that an import names; `undefined` for a path. */
export function packageNameIn(specifier: string): string | undefined {
  return /^(?:@[^/\\]+\/)?[^./\\@][^/\\]*/.exec(specifier)?.[0];
}

/** The folder of a package as a module in `from` finds it; `undefined` if it is not installed. */
export function installedPackage(name: string, from: string): string | undefined {
  const pnp = findPnpApi?.(`${from}/`);
  return pnp ? withPlugAndPlay(pnp, name, from) : inNodeModules(name, from);
}

function inNodeModules(name: string, from: string): string | undefined {
  const folder = join(from, 'node_modules', ...name.split('/'));
  if (existsSync(join(folder, 'package.json'))) return realpathSync(folder);
  return dirname(from) === from ? undefined : inNodeModules(name, dirname(from));
}

function withPlugAndPlay(pnp: PlugAndPlay, name: string, from: string): string | undefined {
  try {
    // It ends with a slash.
    return pnp.resolveToUnqualified(name, `${from}/`)?.replace(/[\\/]$/, '');
  } catch {
    // It is no dependency of the package in `from`.
    return undefined;
  }
}
