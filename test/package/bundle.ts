import { builtinModules } from 'node:module';
import path from 'node:path';
import commonjs from '@rollup/plugin-commonjs';
import nodeResolve from '@rollup/plugin-node-resolve';
import { build } from 'esbuild';
import { rollup } from 'rollup';
import type { RollupCache } from 'rollup';
import webpack from 'webpack';

/** Bundles programs, each into a file `NAME.cjs` of a folder. */
type Bundle = (programs: Readonly<Record<string, string>>, folder: string) => Promise<unknown>;

export const BUNDLERS: Readonly<Record<'esbuild' | 'rollup' | 'webpack', Bundle>> = {
  esbuild: (entryPoints, outdir) =>
    build({
      entryPoints,
      outdir,
      outExtension: { '.js': '.cjs' },
      bundle: true,
      platform: 'node',
      logLevel: 'silent',
    }),

  rollup: async (programs, folder) => {
    let cache: RollupCache | undefined;
    for (const [name, input] of Object.entries(programs)) {
      const bundle = await rollup({
        input,
        // All programs share most modules, which are parsed once.
        ...(cache && { cache }),
        // Tree shaking takes most of the time, and only these programs use a part of the package.
        treeshake: !['commonjs', 'everything'].includes(name),
        external: [/^node:/, ...builtinModules],
        plugins: [nodeResolve({ preferBuiltins: true }), commonjs()],
        onwarn() {},
      });
      await bundle.write({ file: path.join(folder, `${name}.cjs`), format: 'cjs', inlineDynamicImports: true });
      ({ cache } = bundle);
      await bundle.close();
    }
  },

  webpack: (entry, folder) =>
    new Promise<void>((resolve, reject) => {
      const config: webpack.Configuration = {
        entry: { ...entry },
        context: path.dirname(Object.values(entry)[0]!),
        mode: 'production',
        target: 'node20',
        output: { path: folder, filename: '[name].cjs' },
        optimization: { minimize: false },
      };
      webpack(config, (error, stats) => {
        if (error) reject(error);
        else if (stats?.hasErrors()) reject(new Error(stats.toString({ all: false, errors: true })));
        else resolve();
      });
    }),
};
