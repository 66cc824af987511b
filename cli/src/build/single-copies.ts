import { join, relative } from 'node:path';
import type { Plugin } from 'esbuild';
import { packageOf } from '../bundling/module-files';
import { SINGLE_LIBRARIES } from '../bundling/program-checks';
import { installedPackage, manifestOf, packageNameIn } from './installed-package';

const RESOLVED = Symbol('resolved');

/**
 * Bundles one copy of a library that a process must have once, where package managers install the same version several
 * times, such as pnpm and Yarn Plug'n'Play for each combination of peers. The copy is that which `folder` sees, or else
 * the first. Different versions stay.
 */
export function singleCopies(folder: string): Plugin {
  const first = new Map<string, string>();
  return {
    name: 'single-copies',
    setup({ onResolve, resolve }) {
      onResolve({ filter: /^(?:@opentelemetry\/api|fc-traced|tsyringe|reflect-metadata)(?:\/|$)/ }, async (args) => {
        const name = packageNameIn(args.path)!;
        if (args.pluginData === RESOLVED || !SINGLE_LIBRARIES.includes(name)) return undefined;
        const { importer, namespace, resolveDir, kind } = args;
        const found = await resolve(args.path, { importer, namespace, resolveDir, kind, pluginData: RESOLVED });
        const owner = found.errors.length > 0 || found.external ? undefined : packageOf(found.path);
        if (owner === undefined) return undefined;
        if (!first.has(name)) first.set(name, installedPackage(name, folder) ?? owner.folder);
        const copy = first.get(name)!;
        if (copy === owner.folder || manifestOf(copy).version !== manifestOf(owner.folder).version) return found;
        return { ...found, path: join(copy, relative(owner.folder, found.path)) };
      });
    },
  };
}
