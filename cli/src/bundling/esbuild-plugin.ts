import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { BuildOptions, Metafile, Plugin } from 'esbuild';
import { BundleError } from './bundle-error';
import { inlineDefinition, JAEGER_THRIFT } from './jaeger-definition';
import { isInstalled, isModuleQuery } from './module-files';
import { addonError, checkBundledFiles } from './program-checks';
import { compileModule } from './program-module';
import { singleCopies } from './single-copies';
import { TypeScriptOutput } from './typescript-output';
import { forgetProjects } from './typescript-settings';

/** What an ES module needs to run CommonJS that is bundled into it. */
export const REQUIRE_BANNER =
  "import { createRequire as __createRequire } from 'node:module'; " +
  "import { dirname as __pathDirname } from 'node:path'; " +
  "import { fileURLToPath as __fileURLToPath } from 'node:url'; const require = __createRequire(import.meta.url); " +
  'const __filename = __fileURLToPath(import.meta.url); const __dirname = __pathDirname(__filename);';

const inlineMap = (map: string): string =>
  `//# sourceMappingURL=data:application/json;base64,${Buffer.from(map).toString('base64')}`;

/** Whether a file is imported as something else than a module, such as `with { type: 'text' }`. */
function isOfOtherType(attributes: Readonly<Record<string, string>> | undefined): boolean {
  // Versions of esbuild before 0.19.7 do not pass attributes.
  return attributes?.['type'] !== undefined;
}

/** A failure as esbuild reports it. */
function failure(error: unknown): { errors: { text: string; detail: unknown }[] } {
  return { errors: [{ text: error instanceof BundleError ? error.message : String(error), detail: error }] };
}

function prepare(options: BuildOptions): void {
  options.metafile = true;
  if (options.format === 'esm' && options.platform === 'node' && !options.banner?.['js']?.includes('createRequire')) {
    options.banner = { ...options.banner, js: [options.banner?.['js'], REQUIRE_BANNER].filter(Boolean).join('\n') };
  }
}

/** The files that became part of the outputs. */
export function bundledFiles({ inputs, outputs }: Metafile, folder: string): string[] {
  const used = new Set(Object.values(outputs).flatMap((output) => Object.keys(output.inputs)));
  return (
    Object.keys(inputs)
      .filter((file) => used.has(file))
      .map((file) => resolve(folder, file))
      // Some modules are generated.
      .filter((file) => existsSync(file))
  );
}

/**
 * The plugin for esbuild: keeps the types of constructor parameters and the names of classes and functions, and fails
 * where the bundle could not work.
 */
export function esbuildPlugin(): Plugin {
  const output = new TypeScriptOutput();
  return {
    name: 'fc-traced',
    setup(bundler) {
      const { initialOptions, onStart, onLoad, onEnd } = bundler;
      prepare(initialOptions);
      const folder = resolve(initialOptions.absWorkingDir ?? '.');
      onStart(forgetProjects);
      void singleCopies(folder).setup(bundler);
      onLoad({ filter: /\.(?:[mc]?[jt]s|[jt]sx)$/, namespace: 'file' }, async ({ path, suffix, with: attributes }) => {
        if (isOfOtherType(attributes) || !isModuleQuery(suffix)) return undefined;
        // The option keepNames would also slow down functions of libraries that create functions.
        if (isInstalled(path)) return undefined;
        try {
          const { code, map, dependencies } = await compileModule(path, await readFile(path, 'utf8'), output);
          return { contents: `${code}\n${inlineMap(map)}`, loader: 'js', watchFiles: [...dependencies] };
        } catch (error) {
          return failure(error);
        }
      });
      onLoad({ filter: JAEGER_THRIFT, namespace: 'file' }, async ({ path }) => ({
        contents: inlineDefinition(await readFile(path, 'utf8'), path),
      }));
      // With a loader for addons, the user has decided what happens to them.
      if (initialOptions.loader?.['.node'] === undefined) {
        onLoad({ filter: /\.node$/, namespace: 'file' }, ({ path }) => failure(addonError(path)));
      }
      onEnd(({ metafile }) => {
        if (metafile === undefined) return undefined;
        try {
          checkBundledFiles(bundledFiles(metafile, folder));
          return undefined;
        } catch (error) {
          return failure(error);
        }
      });
    },
  };
}
