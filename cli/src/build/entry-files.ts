import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join, posix, relative, sep } from 'node:path';
import type { BuildOptions } from 'esbuild';
import { isServer } from '../functions/function-spec';
import type { FunctionSpec } from '../functions/function-spec';
import type { FunctionModule } from './function-modules';
import { startOf } from './start-command';
import { WARM_UP_MODULE } from './warm-up-entry';

/** The format of the modules in a bundle. */
export type Format = 'cjs' | 'esm';

/** FC looks for `.js` first. Files that a start command names keep their name. */
export function fileNameOf(spec: FunctionSpec, { place }: FunctionModule, format: Format): string {
  if (!isServer(spec)) return `${place}.${format === 'cjs' ? 'js' : 'mjs'}`;
  return `${place}${posix.extname(startOf(spec).file)}`;
}

/**
 * The bundle of several modules exports each as a namespace, so that their classes exist once. With `hasWarmUp`, the
 * bundle evaluates the warm-up module before any other. It is injected: what imported the entry point would change it.
 */
export function inputOf(modules: readonly FunctionModule[], outfile: string, hasWarmUp: boolean): BuildOptions {
  const [first, ...others] = modules;
  const common = { outfile, ...(hasWarmUp && { inject: [WARM_UP_MODULE] }) };
  if (others.length === 0) return { ...common, entryPoints: [first!.source] };
  const contents = modules
    .map(({ source }, index) => `export * as module${index} from ${JSON.stringify(source)};`)
    .join('\n');
  return { ...common, stdin: { contents, resolveDir: dirname(first!.source), sourcefile: 'modules.js' } };
}

/**
 * Where handler and hooks are in several modules, writes a file for each that takes its part of the bundle. Returns
 * these files.
 */
export function writeEntries(
  spec: FunctionSpec,
  modules: readonly FunctionModule[],
  folder: string,
  format: Format,
): string[] {
  if (modules.length === 1) return [];
  return modules.map((module, index) => {
    const entry = join(folder, fileNameOf(spec, module, format));
    const path = `./${relative(dirname(entry), join(folder, 'modules.js')).split(sep).join('/')}`;
    mkdirSync(dirname(entry), { recursive: true });
    writeFileSync(
      entry,
      format === 'cjs'
        ? `module.exports = require(${JSON.stringify(path)}).module${index};\n`
        : `import { module${index} } from ${JSON.stringify(path)};\n${module.functions
            .map((name) => `export const ${name} = module${index}.${name};`)
            .join('\n')}\n`,
    );
    return entry;
  });
}
