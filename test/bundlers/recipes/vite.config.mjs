import { fcTraced } from 'fc-traced-cli/bundler';

export default {
  // Vite leaves dependencies out of a build for servers by default.
  ssr: { noExternal: true, target: 'node' },
  build: {
    ssr: 'src/handler.ts',
    minify: true,
    target: 'node20',
    rollupOptions: { output: { format: 'cjs', entryFileNames: 'handler.js' } },
  },
  plugins: [fcTraced.vite()],
};
