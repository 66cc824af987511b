import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, dirname, join, relative } from 'node:path';
import type { Loader, OnLoadResult, Plugin } from 'esbuild';
import { BundleError } from '../bundling/bundle-error';
import { inlineDefinition, JAEGER_THRIFT } from '../bundling/jaeger-definition';
import { isInstalled, packageOf } from '../bundling/module-files';
import type { TypeScriptOutput } from '../bundling/typescript-output';
import { isInReferencedProject, isTypeScriptFile, needsMetadata } from '../bundling/typescript-settings';
import { checkMetadata } from '../doctor/module-checks';
import { compileWithSettings, keepNames } from '../bundling/program-module';
import { findReferences, placeInBundle, relocate } from './file-references';
import type { SourceRoot } from './function-modules';

/** What the modules of a bundle read, and what is not known of it. */
export interface ModuleReferences {
  /** The place below the folder of the bundle of each file. */
  readonly files: Map<string, string>;
  readonly notes: string[];
}

/** What is known of modules from earlier bundles of the same function. */
export interface ModuleSets {
  /** Modules whose classes and functions would lose their names. */
  readonly renamed: ReadonlySet<string>;
  /** Packages that cannot be bundled, and their folders. Packages that are found are added. */
  readonly separate: Map<string, string>;
}

const CODE = /\.[mc]?[jt]s$/;
const DYNAMIC = /(?<![\w$.])require\(\s*(?!['"`)])/;

/**
 * The plugin that reads the modules of a bundle: compiles those whose decorators need types, lets modules find the
 * files beside them, and records these files.
 */
export function programModules(
  typescript: TypeScriptOutput,
  roots: readonly SourceRoot[],
  codeDir: string,
  folder: string,
  outfile: string,
  { renamed, separate }: ModuleSets = { renamed: new Set(), separate: new Map() },
): { plugin: Plugin; references: ModuleReferences } {
  const references: ModuleReferences = { files: new Map(), notes: [] };
  const bundlePlace = relative(folder, dirname(outfile));

  async function sourceOf(file: string, text: string): Promise<{ code: string; loader: Loader | undefined }> {
    if (JAEGER_THRIFT.test(file)) return { code: inlineDefinition(text, file), loader: undefined };
    if (isInstalled(file)) return { code: text, loader: undefined };
    if (needsMetadata(file, text)) return typescript.compile(file);
    if (!isTypeScriptFile(file) || !isInReferencedProject(file)) return { code: text, loader: undefined };
    return { code: await compileWithSettings(file, text), loader: 'js' };
  }

  // Spans and errors are named after classes and functions. Fixing all names, as esbuild can, would slow down functions
  // that create functions.
  async function namedSource(file: string, text: string): Promise<{ code: string; loader: Loader | undefined }> {
    const { code, loader } = await sourceOf(file, text);
    return renamed.has(file) ? { code: await keepNames(file, code, loader), loader: 'js' } : { code, loader };
  }

  function recordReferences(text: string, file: string): void {
    const { files, uncompiled, isDynamic } = findReferences(
      text,
      file,
      isInstalled(file) ? [] : [codeDir, ...roots.map((root) => root.folder)],
    );
    for (const found of files) {
      const owner = CODE.test(found) ? packageOf(file) : undefined;
      // A package that starts a file of its own, such as a worker, needs it with everything that it imports.
      if (owner !== undefined && owner.name !== 'fc-traced') separate.set(owner.name, owner.folder);
      if (CODE.test(found) && owner === undefined) {
        note(copiedAsIs(found));
      }
      const place = placeInBundle(found, [...roots, { folder: codeDir, place: '.' }]);
      if (place !== undefined) references.files.set(found, place);
      else note(`${shown(file)} reads ${shown(found)}, which is outside of the code folder: move it into it`);
    }
    if (isInstalled(file)) return;
    for (const path of uncompiled) recordCompiled(path);
    // With the option inject, types are not needed.
    if (!/\binject\b/.test(text)) {
      const [lacking] = checkMetadata(file, text);
      if (lacking !== undefined) note(`${shown(file)}: ${lacking.problem}. Remedy: ${lacking.remedy}`);
    }
    if (isDynamic) note(`${shown(file)} computes a path from its own place: name the files that it reads in --include`);
    if (DYNAMIC.test(text)) {
      note(
        `${shown(file)} requires a module whose name is computed: name it in --include, or its package in --external`,
      );
    }
  }

  /** A module that another one starts, such as a worker, is a file of its own, which is compiled in the code folder. */
  function recordCompiled(path: string): void {
    const place = placeInBundle(path, roots);
    if (place === undefined) return;
    const compiled = join(codeDir, place);
    if (!existsSync(compiled)) {
      note(
        `${shown(path)} is a file of its own, which the build does not compile: compile it to ${shown(compiled)} first`,
      );
      return;
    }
    references.files.set(compiled, place);
    note(copiedAsIs(compiled));
  }

  const note = (text: string): void => {
    if (!references.notes.includes(text)) references.notes.push(text);
  };
  const shown = (file: string): string => relative('.', file);
  const copiedAsIs = (file: string): string =>
    `${shown(file)} is copied as it is: name the packages that it imports in --external, and its modules in --include`;

  async function load(file: string): Promise<OnLoadResult | undefined> {
    const text = await readFile(file, 'utf8');
    const { code, loader } = await namedSource(file, text);
    recordReferences(text, file);
    const place = (placeInBundle(file, roots) ?? basename(file)).replace(/\.([mc]?)tsx?$/, '.$1js');
    // In the folder of the bundle, its place is that of the bundle.
    const below = relative(bundlePlace, place).split('\\').join('/');
    const relocated = relocate(code, file, below);
    if (relocated !== undefined) return { contents: relocated, loader: loader ?? loaderOf(file) };
    return code === text ? undefined : { contents: code, ...(loader !== undefined && { loader }) };
  }

  const plugin: Plugin = {
    name: 'program-modules',
    setup({ onLoad }) {
      onLoad({ filter: /\.(?:[mc]?[jt]s|[jt]sx)$/ }, async ({ path, with: { type } }) => {
        if (type !== undefined) return undefined;
        try {
          return await load(path);
        } catch (error) {
          if (!(error instanceof BundleError)) throw error;
          return { errors: [{ text: error.message, detail: error }] };
        }
      });
    },
  };
  return { plugin, references };
}

// After `relocate`, whose output is still TypeScript for a TypeScript file only in its types, which it removes.
const loaderOf = (file: string): Loader => (file.endsWith('x') ? 'jsx' : 'js');
