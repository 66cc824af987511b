import { fcTraced } from 'fc-traced-cli/bundler';

export default {
  input: 'src/handler.ts',
  platform: 'node',
  output: { file: 'dist/handler.js', format: 'cjs', minify: true },
  plugins: [fcTraced.rolldown()],
};
