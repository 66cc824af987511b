import { existsSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { BundleError } from './bundle-error';
import { inlineDefinition, JAEGER_THRIFT } from './jaeger-definition';
import { isModuleQuery, isProgramModule } from './module-files';
import { compileModule } from './program-module';
import { addonError, checkBundledFiles } from './program-checks';
import { CopyImporters, singleLibraryIn } from './single-copies';
import { TypeScriptOutput } from './typescript-output';
import { forgetProjects } from './typescript-settings';

interface OutputChunk {
  readonly type: string;
  readonly code?: string;
  readonly modules?: Readonly<Record<string, unknown>>;
}

interface ResolvingContext {
  resolve(
    source: string,
    importer: string | undefined,
    options: object,
  ): Promise<{ readonly id: string; readonly external?: unknown } | null>;
}

/** The hooks that Rollup, Rolldown and Vite share. */
export interface RollupPlugin {
  readonly name: 'fc-traced';
  /** Vite: before its own transformation of TypeScript. */
  readonly enforce: 'pre';
  buildStart(): void;
  resolveId: {
    readonly order: 'pre';
    handler(
      this: ResolvingContext,
      source: string,
      importer: string | undefined,
      options?: object,
    ): Promise<string | undefined>;
  };
  load(id: string): undefined;
  transform: {
    readonly order: 'pre';
    handler(
      this: { addWatchFile(id: string): void },
      code: string,
      id: string,
    ): Promise<{ code: string; map: string | null } | undefined>;
  };
  generateBundle(options: { readonly format?: string }, bundle: Readonly<Record<string, OutputChunk>>): void;
}

const EXTENSIONS: Readonly<Record<string, readonly string[]>> = {
  '': ['.ts', '.mts', '.cts', '.tsx', '/index.ts'],
  '.js': ['.ts', '.tsx'],
  '.mjs': ['.mts'],
  '.cjs': ['.cts'],
};

/** The TypeScript source that a relative import means: `./orders` and `./orders.js` are `./orders.ts`. */
export function sourceOf(source: string, importer: string | undefined): string | undefined {
  if (importer === undefined || !/^\.{1,2}\//.test(source) || !isProgramModule(importer)) return undefined;
  const path = resolve(dirname(importer), source);
  if (existsSync(path) && /\.\w+$/.test(path)) return undefined;
  const [ending = ''] = /\.[mc]?js$/.exec(path) ?? [];
  const stem = path.slice(0, path.length - ending.length);
  const found = EXTENSIONS[ending]!.map((extension) => stem + extension).find((file) => existsSync(file));
  // Vite writes paths of Windows with slashes. Another spelling would be another module.
  return importer.includes('\\') ? found : found?.replaceAll('\\', '/');
}

// Ids of generated modules start with a NUL, and many have a query.
const fileOf = (id: string): string => id.replace(/^\0/, '').replace(/[?#].*$/, '');
const isOwnCode = (id: string): boolean => !id.startsWith('\0') && isModuleQuery(/\?.*$/s.exec(id)?.[0]);

// A call of `require` that no bundler has replaced, in a module that does not define it.
const REQUIRE = /(?<![\w$.])require\(/;
const DEFINED = /\b(?:const|let|var|function) (?:require|__require)\b|createRequire|__commonJS/;

/** The plugin for Rollup, Rolldown and Vite. */
export function rollupPlugin(): RollupPlugin {
  const output = new TypeScriptOutput();
  const copies = new CopyImporters();
  return {
    name: 'fc-traced',
    enforce: 'pre',
    buildStart: forgetProjects,
    resolveId: {
      order: 'pre',
      async handler(source, importer, options) {
        const own = sourceOf(source, importer);
        const name = own === undefined ? singleLibraryIn(source) : undefined;
        if (name === undefined) return own;
        // Another plugin may turn files into ids, so the copy that is bundled is resolved from where it was found.
        const resolve = async (from: string | undefined) => {
          const found = await this.resolve(source, from, { ...options, skipSelf: true });
          return found === null || Boolean(found.external) ? undefined : found.id;
        };
        const id = await resolve(importer);
        const from = id === undefined ? undefined : copies.importerFor(name, fileOf(id), importer);
        return from === undefined ? undefined : resolve(from);
      },
    },
    load(id) {
      if (id.endsWith('.node')) throw addonError(fileOf(id));
      return undefined;
    },
    transform: {
      order: 'pre',
      async handler(code, id) {
        const file = fileOf(id);
        if (!isOwnCode(id)) return undefined;
        if (JAEGER_THRIFT.test(file)) return { code: inlineDefinition(code, file), map: null };
        if (!existsSync(file) || !isProgramModule(file)) return undefined;
        const { dependencies, ...compiled } = await compileModule(file, code, output);
        for (const one of dependencies) this.addWatchFile(one);
        return compiled;
      },
    },
    generateBundle({ format }, bundle) {
      const chunks = Object.values(bundle).filter(({ type }) => type === 'chunk');
      checkBundledFiles(chunks.flatMap(({ modules }) => Object.keys(modules ?? {}).map(fileOf)));
      const isEsm = format === 'es' || format === 'esm' || format === 'module';
      const lacking = chunks.some(({ code = '' }) => isEsm && REQUIRE.test(code) && !DEFINED.test(code));
      if (!lacking) return;
      throw new BundleError(
        'NO_REQUIRE',
        "the bundle is an ES module, and modules in it call require. Write it as CommonJS: format: 'cjs'",
      );
    },
  };
}
