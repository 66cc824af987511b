import { build } from 'esbuild';
import { fcTraced } from 'fc-traced-cli/bundler';

await build({
  entryPoints: ['src/handler.ts'],
  outfile: 'dist/handler.js',
  bundle: true,
  platform: 'node',
  target: 'node20',
  minify: true,
  plugins: [fcTraced.esbuild()],
});
