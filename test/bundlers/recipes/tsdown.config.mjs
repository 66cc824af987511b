import { fcTraced } from 'fc-traced-cli/bundler';

export default {
  entry: 'src/handler.ts',
  format: 'cjs',
  platform: 'node',
  minify: true,
  // tsdown leaves dependencies out by default.
  noExternal: [/./],
  outExtensions: () => ({ js: '.js' }),
  plugins: [fcTraced.rolldown()],
};
