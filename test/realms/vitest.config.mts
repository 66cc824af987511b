// Runs the tests of this folder in vitest's vmThreads, against the built package.
//   npx vitest run --config test/realms/vitest.config.mts
import path from 'node:path';
import { transformSync } from '@swc/core';
import { defineConfig } from 'vitest/config';

const root = path.join(import.meta.dirname, '..', '..');
const dist = path.join(root, 'dist');

export default defineConfig({
  root: import.meta.dirname,
  oxc: false,
  plugins: [
    {
      name: 'legacy decorators',
      enforce: 'pre',
      transform: (code, id) =>
        id.endsWith('.ts')
          ? transformSync(code, {
              filename: id,
              swcrc: false,
              sourceMaps: 'inline',
              jsc: {
                target: 'es2022',
                parser: { syntax: 'typescript', decorators: true },
                transform: { legacyDecorator: true, decoratorMetadata: true },
              },
            }).code
          : undefined,
    },
  ],
  resolve: {
    alias: [
      { find: /^fc-traced$/, replacement: path.join(dist, 'index.mjs') },
      { find: /^fc-traced\/testing$/, replacement: path.join(dist, 'testing.mjs') },
    ],
  },
  test: { globals: true, pool: 'vmThreads', include: ['*.test.ts'], server: { deps: { external: [/\/dist\//] } } },
});
