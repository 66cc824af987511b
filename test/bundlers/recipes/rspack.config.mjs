import { fcTraced } from 'fc-traced-cli/bundler';

export default {
  entry: './src/handler.ts',
  mode: 'production',
  target: 'node20',
  output: { filename: 'handler.js', library: { type: 'commonjs2' } },
  plugins: [fcTraced.rspack()],
};
