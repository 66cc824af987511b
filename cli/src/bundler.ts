import type { Plugin } from 'esbuild';
import { esbuildPlugin } from './bundling/esbuild-plugin';
import { rollupPlugin } from './bundling/rollup-plugin';
import type { RollupPlugin } from './bundling/rollup-plugin';
import { webpackPlugin } from './bundling/webpack-plugin';
import type { WebpackPlugin } from './bundling/webpack-plugin';

export { BUNDLE_ERROR_CODES, BundleError } from './bundling/bundle-error';
export type { BundleErrorCode } from './bundling/bundle-error';
export type { RollupPlugin } from './bundling/rollup-plugin';
export type { WebpackCompiler, WebpackPlugin } from './bundling/webpack-plugin';

/**
 * The plugin of a bundler for programs that use `fc-traced`. It keeps the types of constructor parameters, by which
 * classes are injected, and the names of classes and functions, by which spans are named. It compiles TypeScript and
 * standard decorators. It fails with a {@link BundleError} where the bundle could not work.
 *
 * The types come from the project's own `typescript`, and only if `tsconfig.json` has `emitDecoratorMetadata`. Modules
 * in `node_modules` are not changed.
 *
 * @example
 * ```ts
 * import { build } from 'esbuild';
 * import { fcTraced } from 'fc-traced-cli/bundler';
 *
 * void build({
 *   entryPoints: ['src/handler.ts'],
 *   outdir: 'dist',
 *   bundle: true,
 *   platform: 'node',
 *   plugins: [fcTraced.esbuild()],
 * });
 * ```
 */
export const fcTraced: {
  readonly esbuild: () => Plugin;
  readonly rollup: () => RollupPlugin;
  readonly rolldown: () => RollupPlugin;
  readonly vite: () => RollupPlugin;
  readonly webpack: () => WebpackPlugin;
  readonly rspack: () => WebpackPlugin;
} = {
  esbuild: esbuildPlugin,
  rollup: rollupPlugin,
  rolldown: rollupPlugin,
  vite: rollupPlugin,
  webpack: webpackPlugin,
  rspack: webpackPlugin,
};
