import { existsSync, readdirSync } from 'node:fs';
import { join, sep } from 'node:path';
import type { Plugin } from 'esbuild';
import { packageOf } from '../bundling/module-files';
import { manifestOf } from '../bundling/installed-package';

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
