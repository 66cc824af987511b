import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { build } from 'esbuild';
import type { Plugin } from 'esbuild';
import { packageOf } from '../bundling/module-files';

/** The entry point of a package, as esbuild resolves it, and the ES modules that become one module. */
interface FlatPackage {
  readonly name: string;
  readonly entry: RegExp;
  /** Relative to the folder of the entry point. */
  readonly source: string;
  /** That of the entry point: it decides what `import` and `require` return. */
  readonly format: 'cjs' | 'esm';
}

const PACKAGES: readonly FlatPackage[] = [
  { name: '@opentelemetry/api', entry: /[\\/]build[\\/]esm[\\/]index\.js$/, source: 'index.js', format: 'esm' },
  {
    name: 'tsyringe',
    entry: /[\\/]dist[\\/]cjs[\\/]index\.js$/,
    source: join('..', 'esm2015', 'index.js'),
    format: 'cjs',
  },
];

/**
 * Makes one module of each package that a program with `fc-traced` always loads. They consist of many small modules,
 * and in a bundle each has a function and an object with getters of its own.
 */
export const flatPackages: Plugin = {
  name: 'flat-packages',
  setup({ onLoad }) {
    onLoad({ filter: /[\\/]index\.js$/, namespace: 'file' }, async ({ path }) => {
      const name = packageOf(path)?.name;
      const found = PACKAGES.find((one) => one.name === name && one.entry.test(path));
      if (found === undefined) return undefined;
      const source = join(dirname(path), found.source);
      if (!existsSync(source)) return undefined;
      const { outputFiles } = await build({
        entryPoints: [source],
        bundle: true,
        platform: 'node',
        format: found.format,
        target: 'node20',
        legalComments: 'none',
        sourcemap: 'inline',
        write: false,
        // Where the bundle is assumed to be decides the paths in its source map.
        outfile: join(dirname(path), 'flat.js'),
        logLevel: 'silent',
      });
      return { contents: outputFiles[0]!.text, loader: 'js', resolveDir: dirname(path) };
    });
  },
};
