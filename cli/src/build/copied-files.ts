import { cpSync, existsSync, mkdirSync, readdirSync, statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { BundleError } from '../bundling/bundle-error';
import type { FunctionSpec } from '../functions/function-spec';
import { placeOf } from './file-references';
import type { SourceRoot } from './function-modules';

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
  roots: readonly SourceRoot[],
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
    if (place === undefined) continue;
    for (const root of [codeDir, ...roots.map(({ folder: one }) => one)]) copy(join(root, place), place);
  }
  for (const path of include) {
    if (!existsSync(path)) throw new BundleError('BUNDLE_FAILED', `--include: there is no ${path}`);
    const here = [...roots, { folder: codeDir, place: '.' }, { folder: process.cwd(), place: '.' }];
    copy(resolve(path), placeOf(resolve(path), here) ?? basename(path));
  }
  return [...copied].sort();
}
