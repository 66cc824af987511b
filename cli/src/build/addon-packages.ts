import type { Plugin } from 'esbuild';
import { packageOf } from '../bundling/module-files';

/** Finds the packages whose addons a bundle would have to contain. */
export const addonPackages = (found: Map<string, string>): Plugin => ({
  name: 'addons',
  setup({ onLoad }) {
    onLoad({ filter: /\.node$/ }, ({ path }) => {
      const owner = packageOf(path);
      if (owner === undefined) return undefined;
      found.set(owner.name, owner.folder);
      return { contents: '' };
    });
  },
});
