import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { BuildOptions, Loader, Metafile, Plugin } from 'esbuild';
import { BundleError } from './bundle-error';
import { inlineDefinition, JAEGER_THRIFT } from './jaeger-definition';
import { isInstalled } from './module-files';
import { addonError, checkBundledFiles } from './program-checks';
import { TypeScriptOutput } from './typescript-output';
import { forgetProjects, needsMetadata } from './typescript-settings';

/** What an ES module needs to run CommonJS that is bundled into it. */
export const REQUIRE_BANNER =
  "import { createRequire as __createRequire } from 'node:module'; " +
  "import { dirname as __pathDirname } from 'node:path'; " +
  "import { fileURLToPath as __fileURLToPath } from 'node:url'; const require = __createRequire(import.meta.url); " +
  'const __filename = __fileURLToPath(import.meta.url); const __dirname = __pathDirname(__filename);';

/** A failure as esbuild reports it. */
function failure(error: unknown): { errors: { text: string; detail: unknown }[] } {
  return { errors: [{ text: error instanceof BundleError ? error.message : String(error), detail: error }] };
}

function prepare(options: BuildOptions): void {
  options.keepNames ??= true;
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
    setup({ initialOptions, onStart, onLoad, onEnd }) {
      prepare(initialOptions);
      const folder = resolve(initialOptions.absWorkingDir ?? '.');
      onStart(forgetProjects);
      onLoad({ filter: /\.(?:[mc]?ts|tsx)$/ }, async ({ path }) => {
        if (isInstalled(path) || !needsMetadata(path, await readFile(path, 'utf8'))) return undefined;
        try {
          const { code, loader } = await output.compile(path);
          return { contents: code, loader: loader as Loader };
        } catch (error) {
          return failure(error);
        }
      });
      onLoad({ filter: JAEGER_THRIFT }, async ({ path }) => ({
        contents: inlineDefinition(await readFile(path, 'utf8'), path),
      }));
      // With a loader for addons, the user has decided what happens to them.
      if (initialOptions.loader?.['.node'] === undefined) {
        onLoad({ filter: /\.node$/ }, ({ path }) => failure(addonError(path)));
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
