import { cpSync, existsSync, mkdirSync, readdirSync, statSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { BundleError } from '../bundling/bundle-error';
import type { FunctionSpec } from '../functions/function-spec';

const CODE = /\.(?:[mc]?[jt]s|[jt]sx|map|tsbuildinfo)$/;
const NOT_DEPLOYED = new Set(['node_modules', 'package.json', 'package-lock.json', 'yarn.lock', 'pnpm-lock.yaml']);

function filesBeside(folder: string, below = ''): string[] {
  return readdirSync(join(folder, below)).flatMap((name) => {
    const place = join(below, name);
    if (NOT_DEPLOYED.has(name) || name.startsWith('.')) return [];
    if (statSync(join(folder, place)).isDirectory()) return filesBeside(folder, place);
    return CODE.test(name) ? [] : [place];
  });
}

/**
 * Copies the files that a function reads into its folder: those that its modules reference, those of the code folder
 * that are not code, those that a variable names in `/code`, and the included ones. Returns their places.
 */
export function copyFiles(
  { codeDir, file, env }: FunctionSpec,
  folder: string,
  roots: readonly string[],
  include: readonly string[],
  references: ReadonlyMap<string, string>,
): string[] {
  const copied = new Set<string>();
  const copy = (from: string, place: string): void => {
    const to = join(folder, place);
    if (copied.has(place) || !existsSync(from)) return;
    mkdirSync(dirname(to), { recursive: true });
    cpSync(from, to, { recursive: true });
    copied.add(place);
  };
  for (const [from, place] of references) copy(from, place);
  // What is deployed today beside the code. The folder of s.yaml also has everything else of the project.
  if (codeDir !== dirname(file) && existsSync(codeDir)) {
    for (const place of filesBeside(codeDir)) copy(join(codeDir, place), place);
  }
  for (const value of Object.values(env)) {
    const place = /^\/code\/([^*?]+)$/.exec(value)?.[1];
    for (const root of place === undefined ? [] : [codeDir, ...roots]) copy(join(root, place!), place!);
  }
  for (const path of include) {
    if (!existsSync(path)) throw new BundleError('BUNDLE_FAILED', `--include: there is no ${path}`);
    const root = [codeDir, ...roots, process.cwd()].find((one) => !relative(one, resolve(path)).startsWith('..'));
    copy(resolve(path), relative(root ?? dirname(resolve(path)), resolve(path)));
  }
  return [...copied].sort();
}
