import { createRequire } from 'node:module';
import { basename, dirname } from 'node:path';
import type { Plugin } from 'esbuild';
import { isInstalled, isProgramModule } from '../bundling/module-files';
import { isTypeScriptFile, projectOf } from '../bundling/typescript-settings';
import { findSource, withoutExtension } from '../functions/typescript';

const MISSING = /^Cannot find module '([^']+)'/;

/** The file that `package.json` names for an import, whether it exists or not. */
function targetOf(specifier: string, importer: string): string | undefined {
  try {
    return createRequire(importer).resolve(specifier);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const path = code === 'MODULE_NOT_FOUND' ? MISSING.exec(message)?.[1] : undefined;
    return path === specifier ? undefined : path;
  }
}

/**
 * Bundles the sources for imports of a program from itself, by its own name or by `imports` of its `package.json`, which
 * name compiled modules. As for `tsc`, each module is part of the program once.
 */
export const ownImports: Plugin = {
  name: 'own-imports',
  setup({ onResolve }) {
    onResolve({ filter: /^(?:#|@?[\w-])/ }, ({ path, importer }) => {
      if (!isTypeScriptFile(importer) || !isProgramModule(importer)) return undefined;
      const target = path.startsWith('node:') ? undefined : targetOf(path, importer);
      if (target === undefined || isInstalled(target) || !/\.[mc]?js$/.test(target)) return undefined;
      const source = findSource(dirname(target), withoutExtension(basename(target)));
      const isOwn = source !== undefined && projectOf(source)?.path === projectOf(importer)?.path;
      return isOwn ? { path: source } : undefined;
    });
  },
};
