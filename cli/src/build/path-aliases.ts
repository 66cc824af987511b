import { createPathsMatcher } from 'get-tsconfig';
import type { Plugin } from 'esbuild';
import { isProgramModule } from '../bundling/module-files';
import { isInReferencedProject, projectOf } from '../bundling/typescript-settings';

const RESOLVED = Symbol('resolved');

/** Follows `paths` of projects that `tsconfig.json` references. esbuild follows those of `tsconfig.json` itself. */
export const pathAliases: Plugin = {
  name: 'path-aliases',
  setup({ onResolve, resolve }) {
    onResolve({ filter: /^[^./\\]/ }, async ({ path, importer, kind, resolveDir, pluginData }) => {
      if (pluginData === RESOLVED || !isProgramModule(importer) || !isInReferencedProject(importer)) return undefined;
      for (const candidate of createPathsMatcher(projectOf(importer)!)?.(path) ?? []) {
        const found = await resolve(candidate, { importer, kind, resolveDir, pluginData: RESOLVED });
        if (found.errors.length === 0) return found;
      }
      return undefined;
    });
  },
};
