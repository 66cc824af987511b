import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { transform } from 'esbuild';
import type { Plugin } from 'esbuild';
import { packageOf } from '../bundling/module-files';

const CHUNK = /[\\/]dist[\\/]chunk-[\w-]+\.js$/;
// These are loaded with the program, and all others when an invocation needs them.
const EAGER = /[\\/]chunk-(?:core|[\w-]+-modules)\.js$/;
const REQUIRE = /(?<![\w$.])require\("([^"]+)"\)/g;

/**
 * Keeps the parts of `fc-traced` that an invocation loads when it needs them as text in the bundle. Most cold starts
 * need only some of them, and V8 reads a string several times faster than code that it does not run.
 */
export const lazyChunks: Plugin = {
  name: 'lazy-chunks',
  setup({ onLoad }) {
    onLoad({ filter: CHUNK }, async ({ path }) => {
      if (EAGER.test(path) || packageOf(path)?.name !== 'fc-traced') return undefined;
      const text = (await readFile(path, 'utf8')).replace(/\n\/\/# sourceMappingURL=.*\s*$/, '');
      const { code } = await transform(text, {
        minifySyntax: true,
        minifyWhitespace: true,
        legalComments: 'none',
        platform: 'node',
        target: 'node20',
        logLevel: 'silent',
      });
      const required = [...new Set([...text.matchAll(REQUIRE)].map(([, name]) => name!))];
      // In a try statement, esbuild accepts a package that is not installed.
      const cases = required.map((name) => {
        const quoted = JSON.stringify(name);
        return `case ${quoted}: try { return require(${quoted}); } catch (error) { throw error; }`;
      });
      return {
        contents:
          `const load = require("node:vm").compileFunction(${JSON.stringify(code)}, ["exports", "require", "module"], ` +
          `{ filename: ${JSON.stringify(`fc-traced/${basename(path)}`)} });\n` +
          `const find = (name) => { switch (name) { ${cases.join(' ')} default: return require(name); } };\n` +
          'load(exports, find, module);\n',
        loader: 'js',
      };
    });
  },
};
