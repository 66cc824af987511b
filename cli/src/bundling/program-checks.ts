import { readFileSync } from 'node:fs';
import { basename, relative } from 'node:path';
import { BundleError } from './bundle-error';
import { isProgramModule, packageOf } from './module-files';

/** Libraries that a process must have once, because their state is in the copy. */
export const SINGLE_LIBRARIES = ['@opentelemetry/api', 'fc-traced', 'tsyringe', 'reflect-metadata'];

/** The packages that an instrumentation patches when they are loaded, by its name in the option `instrumentations`. */
const PATCHED: Readonly<Record<string, readonly string[]>> = {
  mysql2: ['mysql2'],
  pg: ['pg', 'pg-pool'],
  redis: ['redis', '@redis/client'],
  ioredis: ['ioredis'],
  kafkajs: ['kafkajs'],
};
const OPTION = /\binstrumentations\s*:\s*\[([^\]]*)\]/g;
const NAME = /['"`]([\w-]+)['"`]/g;

/** The packages that instrumentations have to patch, by what the modules of a program name in `instrumentations`. */
export function patchedPackages(code: string): string[] {
  const names = [...code.matchAll(OPTION)].flatMap(([, list]) => [...list!.matchAll(NAME)].map(([, name]) => name!));
  return [...new Set(names.flatMap((name) => PATCHED[name] ?? []))];
}

/** The error for a native addon that a bundler found. */
export function addonError(file: string): BundleError {
  const name = packageOf(file)?.name ?? relative('.', file);
  return new BundleError(
    'ADDON_BUNDLED',
    `${name} has a native addon, ${basename(file)}, which cannot be part of a bundle. Make it external ` +
      `(external: ['${name}']), and deploy it in node_modules, installed on Linux x64. fc-traced build does both`,
  );
}

/** The packages of a bundle, with the folders that they come from. */
export function bundledPackages(files: readonly string[]): Map<string, Set<string>> {
  const found = new Map<string, Set<string>>();
  for (const file of files) {
    const { name, folder } = packageOf(file) ?? {};
    if (name !== undefined) found.set(name, (found.get(name) ?? new Set()).add(folder!));
  }
  return found;
}

/** Throws a {@link BundleError} if a bundle of these modules cannot work. Files that do not exist are ignored. */
export function checkBundledFiles(files: readonly string[]): void {
  const packages = bundledPackages(files);
  for (const name of SINGLE_LIBRARIES) {
    const folders = [...(packages.get(name) ?? [])].map((folder) => relative('.', folder));
    if (folders.length < 2) continue;
    throw new BundleError(
      'SEVERAL_COPIES',
      `the bundle contains ${name} ${folders.length} times: ${folders.join(', ')}. Use one version: npm ls ${name} ` +
        'shows which package needs which; then npm dedupe, or "overrides" in package.json. Of one version that pnpm ' +
        'installed for several sets of peers, make the peers the same',
    );
  }
  for (const file of files.filter(isProgramModule)) {
    const bundled = patchedPackages(textOf(file)).filter((name) => packages.has(name));
    if (bundled.length === 0) continue;
    throw new BundleError(
      'LIBRARY_BUNDLED',
      `${relative('.', file)} names an instrumentation for ${bundled.join(', ')}, which is part of the bundle, where it ` +
        `cannot be patched. Make it external (external: [${bundled.map((name) => `'${name}'`).join(', ')}]), and deploy ` +
        'it in node_modules. fc-traced build does both',
    );
  }
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
