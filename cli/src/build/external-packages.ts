import { relative } from 'node:path';
import type { Plugin } from 'esbuild';
import { BundleError } from '../bundling/bundle-error';
import { installedPackage, manifestOf, packageNameIn } from '../bundling/installed-package';

/** Whether an import is external. `name` is a package, a module of a package, or has `*` for any characters. */
export function isExternal(specifier: string, name: string): boolean {
  if (!name.includes('*')) return specifier === name || specifier.startsWith(`${name}/`);
  const parts = name.split('*').map((part) => part.replaceAll(/[$()*+.?[\\\]^{|}]/g, String.raw`\$&`));
  return new RegExp(`^${parts.join('.*')}(?:/.*)?$`).test(specifier);
}

const shown = (folder: string): string => `${manifestOf(folder).version ?? '?'} in ${relative('.', folder)}`;

/**
 * Leaves packages out of a bundle, and finds their folders as the modules that import them do: a package of the
 * workspace has packages that the function itself does not see.
 */
export function externalPackages(names: readonly string[], found: Map<string, string>): Plugin {
  return {
    name: 'external-packages',
    setup({ onResolve }) {
      onResolve({ filter: /^[^./\\]/ }, ({ path, resolveDir, importer }) => {
        const name = packageNameIn(path);
        if (name === undefined || !names.some((one) => isExternal(path, one))) return undefined;
        const folder = resolveDir === '' ? undefined : installedPackage(name, resolveDir);
        const first = found.get(name);
        if (folder === undefined) return { path, external: true };
        if (first === undefined) found.set(name, folder);
        else if (first !== folder && manifestOf(first).version !== manifestOf(folder).version) {
          const detail = new BundleError(
            'SEVERAL_COPIES',
            `${name} is not part of the bundle, and its modules need it in two versions: ${shown(first)}, ` +
              `and ${shown(folder)} for ${relative('.', importer)}. Use one version`,
          );
          return { errors: [{ text: detail.message, detail }] };
        }
        return { path, external: true };
      });
    },
  };
}
