import { resolve } from 'node:path';
import type { Metafile, Plugin } from 'esbuild';
import { packageOf } from '../bundling/module-files';
import { WARM_UP } from './warm-up';

/** The module that each module of a bundle imports first, for the process that writes a code cache. */
export const WARM_UP_MODULE = 'warm-up:fc-traced';

const ENTRY_POINT = /[\\/]dist[\\/](index|server)\.js$/;

/** The entry points of `fc-traced` that are part of a bundle, by name. */
export function bundledEntryPoints({ inputs, outputs }: Metafile): Map<string, string> {
  const used = new Set(Object.values(outputs).flatMap((output) => Object.keys(output.inputs)));
  const found = new Map<string, string>();
  for (const input of Object.keys(inputs).filter((one) => used.has(one))) {
    const file = resolve(input);
    const name = ENTRY_POINT.exec(file)?.[1];
    if (name !== undefined && packageOf(file)?.name === 'fc-traced') found.set(name, file);
  }
  return found;
}

/**
 * The module {@link WARM_UP_MODULE}. In the process that writes a code cache, it passes the copy of `fc-traced` in the
 * bundle to what calls it, before the program is evaluated. Elsewhere it reads one property.
 */
export function warmUpModule(entryPoints: ReadonlyMap<string, string>): Plugin {
  return {
    name: 'warm-up',
    setup({ onResolve, onLoad }) {
      const parts = [...entryPoints].map(([name, file]) => `${name}: () => require(${JSON.stringify(file)})`);
      onResolve({ filter: /^warm-up:fc-traced$/ }, () => ({ path: 'fc-traced', namespace: 'warm-up' }));
      onLoad({ filter: /^fc-traced$/, namespace: 'warm-up' }, () => ({
        // CommonJS: esbuild evaluates it again after it threw, for the next call.
        contents: `module.exports = globalThis[Symbol.for(${JSON.stringify(WARM_UP)})]?.({ ${parts.join(', ')} });`,
        resolveDir: process.cwd(),
      }));
    },
  };
}
