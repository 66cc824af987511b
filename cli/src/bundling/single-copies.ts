import { existsSync } from 'node:fs';
import type { Plugin } from 'esbuild';
import { installedPackage, manifestOf, packageNameIn } from './installed-package';
import { packageOf } from './module-files';
import { SINGLE_LIBRARIES } from './program-checks';

const RESOLVED = Symbol('resolved');

/** The library that a process must have once and that an import names; `undefined` for other imports. */
export function singleLibraryIn(specifier: string): string | undefined {
  const name = packageNameIn(specifier);
  return name !== undefined && SINGLE_LIBRARIES.includes(name) ? name : undefined;
}

/**
 * The one copy of each library that a process must have once, where package managers install the same version several
 * times, such as pnpm and Yarn Plug'n'Play for each combination of peers.
 */
export class SingleCopies {
  /** The folder of the copy of each version. */
  readonly #copies = new Map<string, string>();

  /** The copies are those which `folder` sees, or else the first. */
  constructor(private readonly folder: string) {}

  /** The file in the one copy for a file of any copy of the same version. */
  fileFor(name: string, file: string): string {
    const owner = packageOf(file);
    if (owner === undefined) return file;
    const { version = '' } = manifestOf(owner.folder);
    const copy = this.#copies.get(`${name}@${version}`) ?? this.#seenCopy(name, version) ?? owner.folder;
    this.#copies.set(`${name}@${version}`, copy);
    const sameFile = copy + file.slice(owner.folder.length);
    return existsSync(sameFile) ? sameFile : file;
  }

  #seenCopy(name: string, version: string): string | undefined {
    const seen = installedPackage(name, this.folder);
    return seen !== undefined && manifestOf(seen).version === version ? seen : undefined;
  }
}

/** The same for bundlers whose plugins resolve an import once more from another module. */
export class CopyImporters {
  readonly #first = new Map<string, { readonly folder: string; readonly importer: string | undefined }>();

  /** The module from which the copy that is bundled is found; `undefined` if it is the one of the file. */
  importerFor(name: string, file: string, importer: string | undefined): string | undefined {
    const folder = packageOf(file)?.folder;
    if (folder === undefined || !existsSync(folder)) return undefined;
    const key = `${name}@${manifestOf(folder).version ?? ''}`;
    const first = this.#first.get(key) ?? { folder, importer };
    this.#first.set(key, first);
    return first.folder === folder ? undefined : first.importer;
  }
}

/** Bundles one copy of a library that a process must have once. */
export function singleCopies(folder: string): Plugin {
  const copies = new SingleCopies(folder);
  return {
    name: 'single-copies',
    setup({ onResolve, resolve }) {
      onResolve({ filter: /^(?:@opentelemetry\/api|fc-traced|tsyringe|reflect-metadata)(?:\/|$)/ }, async (args) => {
        const name = singleLibraryIn(args.path);
        if (args.pluginData === RESOLVED || name === undefined) return undefined;
        const { importer, namespace, resolveDir, kind } = args;
        const found = await resolve(args.path, { importer, namespace, resolveDir, kind, pluginData: RESOLVED });
        if (found.errors.length > 0 || found.external) return undefined;
        return { ...found, path: copies.fileFor(name, found.path) };
      });
    },
  };
}
