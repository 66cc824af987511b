import { builtinModules } from 'node:module';
import commonjs from '@rollup/plugin-commonjs';
import nodeResolve from '@rollup/plugin-node-resolve';
import { fcTraced } from 'fc-traced-cli/bundler';

export default {
  input: 'src/handler.ts',
  output: { file: 'dist/handler.js', format: 'cjs', inlineDynamicImports: true },
  external: [/^node:/, ...builtinModules],
  plugins: [fcTraced.rollup(), nodeResolve({ preferBuiltins: true }), commonjs()],
};
