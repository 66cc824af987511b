import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { build } from 'esbuild';
import type { Metafile } from 'esbuild';
import { BundleError } from '../bundling/bundle-error';
import { bundledFiles, REQUIRE_BANNER } from '../bundling/esbuild-plugin';
import { isProgramModule, packageOf } from '../bundling/module-files';
import { checkPlugAndPlay } from '../bundling/plug-and-play';
import { checkBundledFiles, patchedPackages } from '../bundling/program-checks';
import type { TypeScriptOutput } from '../bundling/typescript-output';
import { isServer } from '../functions/function-spec';
import type { FunctionSpec } from '../functions/function-spec';
import { addonPackages, hasAddon, needsAddon } from './addon-packages';
import { absentPackages, failureOf, fileFailureOf, isTopLevelAwait } from './bundle-failure';
import type { BuildFailure } from './bundle-failure';
import type { BundledFunction } from './bundled-function';
import { compileEagerly } from './eager-modules';
import { fileNameOf, inputOf, writeEntries } from './entry-files';
import type { Format } from './entry-files';
import { chooseExporters, omitExporter } from './exporter-choice';
import type { ExporterChoice, ExporterName } from './exporter-choice';
import { noModuleCache } from './compile-cache';
import { copyFiles } from './copied-files';
import { externalPackages } from './external-packages';
import { modulesOf, sourceRootOf } from './function-modules';
import type { FunctionModule, SourceRoot } from './function-modules';
import { installedPackage } from '../bundling/installed-package';
import { flatPackages } from './flat-packages';
import { lazyChunks } from './lazy-chunks';
import { writeModuleType, writePackageScripts } from './module-type';
import { claimFolder } from './out-folder';
import { ownImports } from './own-imports';
import { arrangePackages, copyPackages, sharedLibraries } from './package-tree';
import type { PackageTree } from './package-tree';
import { pathAliases } from './path-aliases';
import { programModules } from './program-modules';
import { renamedModules } from './renamed-modules';
import { singleCopies } from '../bundling/single-copies';
import { moveSourceMap } from './source-map-place';
import { splitCode } from './split-code';
import { startOf } from './start-command';
import { omitUnusedInstrumentations } from './unused-instrumentations';
import { bundledEntryPoints, warmUpModule } from './warm-up-entry';

/** What a build can be asked for. */
export interface BundleSettings {
  /** The folder with a folder for each function. */
  readonly outDir: string;
  /** Packages that are copied instead of bundled. */
  readonly external: readonly string[];
  /** Files and folders that are copied, relative to the working directory. */
  readonly include: readonly string[];
  readonly exporter: ExporterName | 'both' | undefined;
  /** Whether the source maps are deployed as well. */
  readonly sourceMaps: boolean;
  /** Whether the code is in a file of its own, for a code cache. */
  readonly codeCache?: boolean;
}

interface Attempt {
  readonly format: Format;
  readonly external: readonly string[];
  readonly omitted: ExporterName | undefined;
  /** The code of the program itself, once it is known. */
  readonly code: string | undefined;
  /** Modules whose classes and functions would lose their names. */
  readonly renamed: ReadonlySet<string>;
  /** The entry points of `fc-traced` that are called before a code cache is written, once they are known. */
  readonly entryPoints: ReadonlyMap<string, string> | undefined;
}

class FunctionBundler {
  readonly #roots: readonly SourceRoot[];
  /** Packages that cannot be bundled, and their folders. */
  readonly #separate = new Map<string, string>();

  constructor(
    private readonly spec: FunctionSpec,
    private readonly settings: BundleSettings,
    private readonly typescript: TypeScriptOutput,
    private readonly modules: readonly FunctionModule[],
    private readonly folder: string,
  ) {
    const roots = this.modules.map(sourceRootOf);
    this.#roots = roots.filter(({ folder }, index) => roots.findIndex((root) => root.folder === folder) === index);
  }

  /** The name of the file that a start command runs. */
  get #startFile(): string | undefined {
    return isServer(this.spec) ? fileNameOf(this.spec, this.modules[0]!, 'cjs') : undefined;
  }

  async bundle(): Promise<BundledFunction> {
    let attempt: Attempt = {
      format: this.#startFile?.endsWith('.mjs') === true ? 'esm' : 'cjs',
      external: this.settings.external,
      omitted: undefined,
      code: undefined,
      renamed: new Set(),
      entryPoints: undefined,
    };
    let exporters: ExporterChoice = { omitted: undefined, reason: undefined };
    // What cannot be bundled, and which exporter is needed, is known after a first bundle.
    for (;;) {
      if (this.settings.codeCache === true && attempt.format === 'esm') throw noModuleCache(this.spec);
      const result = await this.#attempt(attempt).catch((error: unknown) => error as BuildFailure);
      if (!('metafile' in result)) {
        attempt = this.#afterFailure(attempt, result);
        continue;
      }
      const { metafile, references, file } = result;
      const files = bundledFiles(metafile, process.cwd());
      const needed = this.#unbundleable(files).filter((name) => !attempt.external.includes(name));
      const code = files
        .filter(isProgramModule)
        .map((one) => readFileSync(one, 'utf8'))
        .join('\n');
      exporters = chooseExporters(this.spec, this.settings.exporter, code);
      const renamed = renamedModules(file).filter((one) => !attempt.renamed.has(one));
      const isWarmed = this.settings.codeCache !== true || attempt.entryPoints !== undefined;
      const isDone = needed.length === 0 && renamed.length === 0 && attempt.code === code && isWarmed;
      const tree = isDone ? this.#packages(attempt.external) : new Map<string, string>();
      const shared = sharedLibraries(tree, new Set(files.map((one) => packageOf(one)?.name)));
      if (isDone && shared.length === 0 && exporters.omitted === attempt.omitted) {
        checkBundledFiles(files);
        return this.#finish(file, metafile, exporters, attempt, references, tree);
      }
      attempt = {
        ...attempt,
        external: [...attempt.external, ...needed, ...shared],
        omitted: exporters.omitted,
        code,
        renamed: new Set([...attempt.renamed, ...renamed]),
        ...(!isWarmed && { entryPoints: bundledEntryPoints(metafile) }),
      };
    }
  }

  /** The next attempt after one that failed. Throws if there is none. */
  #afterFailure(attempt: Attempt, failure: BuildFailure): Attempt {
    if (isTopLevelAwait(failure) && attempt.format === 'cjs') return { ...attempt, format: this.#esm() };
    const names = absentPackages(failure);
    if (names.length === 0) throw failureOf(this.spec, failure);
    return { ...attempt, external: [...attempt.external, ...names] };
  }

  #esm(): Format {
    const { generation, name } = this.spec;
    if (this.#startFile?.endsWith('.cjs') === true) {
      throw new BundleError(
        'BUNDLE_FAILED',
        `${name}: ${this.#startFile} has or imports top-level await, which only an ES module can have. Let the start ` +
          'command run a file that ends with .mjs',
      );
    }
    if (generation === '3.0' || isServer(this.spec)) return 'esm';
    throw new BundleError('BUNDLE_FAILED', `${name}: FC 2.0 does not load ES modules, which top-level await needs`);
  }

  #unbundleable(files: readonly string[]): string[] {
    const program = files.filter(isProgramModule).flatMap((file) => patchedPackages(readFileSync(file, 'utf8')));
    const bundled = new Set(files.map((file) => packageOf(file)?.name));
    for (const { name, folder } of files.flatMap((file) => packageOf(file) ?? [])) {
      if (!this.#separate.has(name) && needsAddon(folder)) this.#separate.set(name, folder);
    }
    return [...this.#separate.keys(), ...program.filter((name) => bundled.has(name))];
  }

  /** The packages in `node_modules` of the built folder. */
  #packages(external: readonly string[]): PackageTree {
    const from = dirname(this.modules[0]!.source);
    const named = external.flatMap((name) => {
      const folder = this.#separate.get(name) ?? installedPackage(name, from);
      return folder === undefined ? [] : [[name, folder] as const];
    });
    return arrangePackages(new Map([...named, ...this.#separate]));
  }

  async #attempt({ format, external, omitted, code, renamed, entryPoints = new Map() }: Attempt) {
    const name = this.modules.length === 1 ? fileNameOf(this.spec, this.modules[0]!, format) : 'modules.js';
    const file = join(this.folder, name);
    const program = programModules(this.typescript, this.#roots, this.spec.codeDir, this.folder, file, {
      renamed,
      separate: this.#separate,
    });
    const { metafile } = await build({
      ...inputOf(this.modules, file, entryPoints.size > 0),
      bundle: true,
      platform: 'node',
      format,
      target: 'node20',
      // The option minifySyntax would remove the names of function and class expressions.
      minifyWhitespace: true,
      treeShaking: true,
      legalComments: 'none',
      sourcemap: this.settings.sourceMaps ? 'linked' : 'external',
      sourcesContent: true,
      metafile: true,
      write: true,
      allowOverwrite: true,
      logLevel: 'silent',
      external: external.filter((one) => /^[./\\]/.test(one)),
      plugins: [
        warmUpModule(entryPoints),
        externalPackages(external, this.#separate),
        pathAliases,
        ownImports,
        singleCopies(dirname(this.modules[0]!.source)),
        addonPackages(this.#separate),
        ...(code === undefined ? [] : [omitUnusedInstrumentations(code)]),
        ...(omitted === undefined ? [] : [omitExporter(omitted)]),
        // V8 does not parse what it finds in the cache.
        ...(this.settings.codeCache === true ? [] : [lazyChunks]),
        flatPackages,
        program.plugin,
      ],
      ...(format === 'esm' && { banner: { js: REQUIRE_BANNER } }),
    });
    return { metafile, references: program.references, file };
  }

  async #finish(
    file: string,
    metafile: Metafile,
    exporters: ExporterChoice,
    { format, entryPoints = new Map() }: Attempt,
    references: ReturnType<typeof programModules>['references'] | undefined,
    tree: PackageTree,
  ): Promise<BundledFunction> {
    const { spec, settings, modules, folder } = this;
    compileEagerly(file, format);
    const split = settings.codeCache === true ? await splitCode(file, spec.name) : undefined;
    const entries = writeEntries(spec, modules, folder, format);
    if (!settings.sourceMaps) moveSourceMap(split?.file ?? file, folder);
    const copiedPackages = copyPackages(tree, folder);
    const copiedFiles = copyFiles(
      spec,
      { folder, outDir: settings.outDir },
      this.#roots,
      settings.include,
      references?.files ?? new Map(),
    );
    if (isServer(spec)) writePackageScripts(startOf(spec).packageScripts, folder);
    writeModuleType([file, ...entries], folder, format === 'esm' ? 'module' : 'commonjs');
    return {
      spec,
      modules,
      folder,
      file,
      code: split,
      hasWarmUp: entryPoints.size > 0,
      metafile,
      exporters,
      copiedPackages,
      addons: copiedPackages.filter((name) => hasAddon(join(folder, 'node_modules', ...name.split('/')))),
      copiedFiles,
      notes: references?.notes ?? [],
    };
  }
}

/** Bundles a function into a folder of its own. Rejects with a {@link BundleError} if that is not possible. */
export async function bundleFunction(
  spec: FunctionSpec,
  settings: BundleSettings,
  typescript: TypeScriptOutput,
): Promise<BundledFunction> {
  const modules = modulesOf(spec);
  checkPlugAndPlay(dirname(modules[0]!.source));
  try {
    const folder = claimFolder(spec, settings.outDir, modules);
    return await new FunctionBundler(spec, settings, typescript, modules, folder).bundle();
  } catch (error) {
    throw fileFailureOf(spec, error);
  }
}
