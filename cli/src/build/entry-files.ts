import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, posix, relative, resolve, sep } from 'node:path';
import type { BuildOptions, Metafile } from 'esbuild';
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

/** How a module exports what it exports, if its bundle has a warm-up module. */
export interface EntryExports {
  readonly format: Format;
  readonly hasDefault: boolean;
}

/** The exports of the entry point of a bundle that was written. */
export function exportsOf({ inputs }: Metafile, { source }: FunctionModule, file: string): EntryExports {
  const [, input] = Object.entries(inputs).find(([path]) => resolve(path) === source) ?? [];
  const code = readFileSync(file, 'utf8');
  const [, name] = /\bmodule\.exports\s*=\s*__toCommonJS\(([\w$]+)\)/.exec(code) ?? [];
  const list = name === undefined ? '' : (code.split(`__export(${name},{`)[1] ?? '').split('}', 1)[0]!;
  return { format: input?.format === 'esm' ? 'esm' : 'cjs', hasDefault: /(?:^|,)default:/.test(list) };
}

function warmedEntry(source: string, { format, hasDefault }: EntryExports): string {
  const [first, path] = [JSON.stringify(WARM_UP_MODULE), JSON.stringify(source)];
  if (format === 'cjs') return `require(${first});\nmodule.exports = require(${path});`;
  return `import ${first};\nexport * from ${path};${hasDefault ? `\nexport { default } from ${path};` : ''}`;
}

/**
 * The bundle of several modules exports each as a namespace, so that their classes exist once. If `warmed` is set, the
 * bundle evaluates the warm-up module first.
 */
export function inputOf(
  modules: readonly FunctionModule[],
  outfile: string,
  warmed: EntryExports | undefined,
): BuildOptions {
  const [first, ...others] = modules;
  const stdin = { resolveDir: dirname(first!.source), sourcefile: 'modules.js' };
  if (others.length === 0) {
    if (warmed === undefined) return { entryPoints: [first!.source], outfile };
    return { stdin: { ...stdin, contents: warmedEntry(first!.source, warmed) }, outfile };
  }
  const exported = modules.map(({ source }, index) => `export * as module${index} from ${JSON.stringify(source)};`);
  const warmUp = warmed === undefined ? [] : [`import ${JSON.stringify(WARM_UP_MODULE)};`];
  return { stdin: { ...stdin, contents: [...warmUp, ...exported].join('\n') }, outfile };
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
