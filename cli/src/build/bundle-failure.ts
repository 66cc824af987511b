import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import type { BuildFailure as EsbuildFailure, Location } from 'esbuild';
import { BundleError } from '../bundling/bundle-error';
import { isInstalled } from '../bundling/module-files';
import type { FunctionSpec } from '../functions/function-spec';
import { installedPackage, packageNameIn } from '../bundling/installed-package';

const UNRESOLVED = /^Could not resolve "([^"]+)"/;
const TOP_LEVEL_AWAIT = /Top-level await is currently not supported with the "cjs" output format/;

/** What esbuild throws. */
export type BuildFailure = Error & Partial<Pick<EsbuildFailure, 'errors'>>;

/** The error for a failure: with a code, and a remedy if one is known. */
export function failureOf(spec: FunctionSpec, error: BuildFailure): unknown {
  const { errors } = error;
  const own = errors?.find(({ detail }) => detail instanceof BundleError);
  if (own !== undefined) return own.detail;
  // Where an installed package lacks another one, that is no error by itself.
  const first =
    errors?.find(({ location }) => location === null || !isInstalled(resolve(location.file))) ?? errors?.[0];
  if (first === undefined) return error;
  const name = UNRESOLVED.exec(first.text)?.[1];
  const remedy = name === undefined ? '' : `. ${remedyFor(name, first.location)}`;
  const text = `${spec.name}: ${first.text}${placeOf(first.location, name)}${remedy}`;
  return new BundleError('BUNDLE_FAILED', text, { cause: error });
}

/** The file of an error, and its line. The modules that `tsc` compiled have other lines than their sources. */
function placeOf(location: Location | null, name: string | undefined): string {
  if (location === null) return '';
  const { file, line } = location;
  if (name === undefined || !existsSync(file)) return ` (${file}:${line})`;
  const lines = readFileSync(file, 'utf8').split(/\r?\n/);
  const found = lines.findIndex((text) => [`'${name}'`, `"${name}"`].some((quoted) => text.includes(quoted)));
  return found < 0 ? ` (${file})` : ` (${file}:${found + 1})`;
}

/** What to do about an import that was not found. */
function remedyFor(specifier: string, location: Location | null): string {
  const name = packageNameIn(specifier);
  if (name === undefined || name.startsWith('#')) {
    return 'Correct the path, or compile the module first if it is generated';
  }
  const folder = location === null ? undefined : installedPackage(name, dirname(resolve(location.file)));
  if (folder === undefined) return 'Install it, or name it in --external if it is not needed';
  return isInstalled(join(folder, 'package.json'))
    ? `It is installed, and has no module that its package.json names for it`
    : `${relative('.', folder)} is a package of the workspace, whose package.json names a module that does not exist: compile it first`;
}

/** The error for one of the file system, such as a file that may not be read. Others stay as they are. */
export function fileFailureOf(spec: FunctionSpec, error: unknown): unknown {
  const { syscall, message } = error as NodeJS.ErrnoException;
  if (syscall === undefined) return error;
  return new BundleError('BUNDLE_FAILED', `${spec.name}: a file cannot be read or written: ${message}`, {
    cause: error,
  });
}

/** Whether a bundle cannot be CommonJS. */
export function isTopLevelAwait({ errors = [] }: BuildFailure): boolean {
  return errors.some(({ text }) => TOP_LEVEL_AWAIT.test(text));
}

/**
 * The packages that installed packages require, and that are not installed, if a bundle fails only because of them.
 * Where they are needed, Node.js throws, as without a bundle.
 */
export function absentPackages({ errors = [] }: BuildFailure): string[] {
  const names = errors.flatMap(({ text, location }) => {
    const name = UNRESOLVED.exec(text)?.[1];
    return name !== undefined && location !== null && isInstalled(resolve(location.file)) ? [name] : [];
  });
  return names.length === errors.length ? names : [];
}
